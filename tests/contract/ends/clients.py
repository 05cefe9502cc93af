"""Makes and reads Parquet and DuckDB files with pyarrow and DuckDB's own client. One request a line, one reply a line."""
import datetime, decimal, json, struct, sys, uuid
import duckdb, pyarrow as pa, pyarrow.parquet as pq

DAY = 86_400_000_000


def civil(days):
    """The date of a day since 1970, by the calendar that counts backwards for ever."""
    days += 719468
    era, day = divmod(days, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    left = day - (365 * year + year // 4 - year // 100)
    month = (5 * left + 2) // 153
    date, month = left - (153 * month + 2) // 5 + 1, month + 3 if month < 10 else month - 9
    year += era * 400 + (month <= 2)
    return (f"{year:04}", "", month, date) if year > 0 else (f"{1 - year:04}", " BC", month, date)


def date_text(days):
    year, era, month, day = civil(days)
    return f"{year}-{month:02}-{day:02}{era}"


def clock(units, scale):
    seconds, rest = divmod(units, scale)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{str(rest).zfill(len(str(scale)) - 1).rstrip('0')}" if rest else text


def moment_text(units, scale, zone=""):
    days, rest = divmod(units, 86400 * scale)
    year, era, month, day = civil(days)
    return f"{year}-{month:02}-{day:02}T{clock(rest, scale)}{zone}{era}"


SCALES = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}
INFINITE = {2**63 - 1: "infinity", -(2**63 - 1): "-infinity"}


def text(value, kind):
    """A value of arrow as its exact text; what stands in a list or struct as JSON."""
    if isinstance(kind, pa.BaseExtensionType):
        if not value.is_valid:
            return None
        storage = value.value if hasattr(value, "value") else value
        return str(uuid.UUID(bytes=storage.as_py())) if "uuid" in str(kind) else storage.as_py()
    if not value.is_valid:
        return None
    if pa.types.is_dictionary(kind):
        return text(value.dictionary[value.index.as_py()], kind.value_type)
    if pa.types.is_boolean(kind):
        return str(value.as_py()).lower()
    if pa.types.is_decimal(kind):
        return format(value.as_py(), "f")
    if pa.types.is_floating(kind):
        return repr(float(value.as_py()))
    if pa.types.is_date32(kind):
        days = value.cast(pa.int32()).as_py()
        return {2**31 - 1: "infinity", -(2**31 - 1): "-infinity"}.get(days) or date_text(days)
    if pa.types.is_time(kind):
        return clock(value.cast(pa.int64() if pa.types.is_time64(kind) else pa.int32()).as_py(), SCALES[kind.unit])
    if pa.types.is_timestamp(kind):
        units = value.cast(pa.int64()).as_py()
        return INFINITE.get(units) or moment_text(units, SCALES[kind.unit], "Z" if kind.tz else "")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return value.as_py().hex()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return value.as_buffer().to_pybytes().decode("utf-8")
    if pa.types.is_map(kind):
        return "[" + ",".join(inner(item, item.type) for item in value.values or []) + "]"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return "[" + ",".join(inner(item, kind.value_type) for item in value.values or []) + "]"
    if pa.types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        return "{" + ",".join(json.dumps(f.name) + ":" + inner(value[i], f.type) for i, f in enumerate(fields)) + "}"
    return str(value.as_py())


def inner(value, kind):
    if not value.is_valid:
        return "null"
    plain = text(value, kind)
    bare = pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind) or pa.types.is_nested(kind)
    if bare or (pa.types.is_floating(kind) and plain not in ("nan", "inf", "-inf")):
        return plain
    return json.dumps({"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(plain, plain) if pa.types.is_floating(kind) else plain)


def days_of(words):
    if words.endswith(" BC"):
        raise ValueError(words)
    return (datetime.date.fromisoformat(words) - datetime.date(1970, 1, 1)).days


def units_of(words, scale):
    date, _, time = words.rstrip("Z").partition("T")
    hours, minutes, seconds = time.split(":")
    whole, _, rest = seconds.partition(".")
    size = len(str(scale)) - 1
    return ((days_of(date) * 86400) + int(hours) * 3600 + int(minutes) * 60 + int(whole)) * scale + int(rest.ljust(size, "0") or 0)


def A(kind, words):
    """An array of one value, by its text."""
    if kind.startswith("decimal"):
        precision, scale = map(int, kind[8:-1].split(","))
        return pa.array([decimal.Decimal(words)], pa.decimal128(precision, scale))
    if kind == "bool":
        return pa.array([words == "true"])
    if kind in ("float32", "float64"):
        return pa.array([float(words)], getattr(pa, kind)())
    if kind == "string":
        return pa.array([words], pa.string())
    if kind == "binary":
        return pa.array([bytes.fromhex(words)], pa.binary())
    if kind == "date":
        return pa.array([days_of(words)], pa.int32()).cast(pa.date32())
    if kind == "time":
        return pa.array([units_of("1970-01-01T" + words, 10**6)], pa.int64()).cast(pa.time64("us"))
    if kind == "timestamp":
        return pa.array([units_of(words, 10**6)], pa.int64()).cast(pa.timestamp("us"))
    if kind == "timestamp9":
        return pa.array([units_of(words, 10**9)], pa.int64()).cast(pa.timestamp("ns"))
    if kind == "timestamptz":
        return pa.array([units_of(words, 10**6)], pa.int64()).cast(pa.timestamp("us", "UTC"))
    if kind == "uuid":
        return pa.ExtensionArray.from_storage(pa.uuid(), pa.array([uuid.UUID(words).bytes], pa.binary(16)))
    if kind == "json":
        return pa.ExtensionArray.from_storage(pa.json_(pa.string()), pa.array([words], pa.string()))
    return pa.array([int(words)], getattr(pa, kind)())


def invalid_utf8(bytes_):
    """A text of arrow that is none."""
    return pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, len(bytes_))), pa.py_buffer(bytes_)])


def with_null(array):
    return pa.concat_arrays([array, pa.nulls(1, array.type)])


def make_parquet(path, columns, options):
    names = ["id", *[name for name, _ in columns]]
    arrays = [pa.array([0, 1], pa.int64()), *[with_null(eval(value)) for _, value in columns]]
    pq.write_table(pa.table(arrays, names=names), path, **options)


def read_parquet(path):
    table = pq.read_table(path, partitioning=None)
    shown = [pq.read_schema(path).field(index) for index in range(len(table.schema))]
    rows = [[text(column[row], column.type) for column in table.columns] for row in range(table.num_rows)]
    return {"columns": [[field.name, str(field.type)] for field in shown], "rows": rows}


def make_duckdb(path, statements):
    with duckdb.connect(path) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in statements:
            connection.execute(statement)


MOMENT = "CASE WHEN isfinite({0}) THEN {1}({0})::VARCHAR ELSE '=' || {0}::VARCHAR END"
FORMS = {
    "BLOB": "lower(hex({0}))",
    "DATE": "CASE WHEN isfinite({0}) THEN date_diff('day', DATE '1970-01-01', {0})::VARCHAR ELSE '=' || {0}::VARCHAR END",
    "TIMESTAMP": MOMENT.replace("{1}", "epoch_us"),
    "TIMESTAMP_S": MOMENT.replace("{1}", "epoch_us"),
    "TIMESTAMP_MS": MOMENT.replace("{1}", "epoch_us"),
    "TIMESTAMP_NS": MOMENT.replace("{1}", "epoch_ns"),
    "TIMESTAMP WITH TIME ZONE": MOMENT.replace("{1}", "epoch_us"),
    "INTERVAL": "'P' || (date_part('year', {0}) * 12 + date_part('month', {0})) || 'M' || date_part('day', {0}) || 'DT' || "
    "((epoch_us({0} - to_days(date_part('day', {0})::INT) - to_months((date_part('year', {0}) * 12 + date_part('month', {0}))::INT))::HUGEINT) * 0.000001) || 'S'",
}


def of_duckdb(found, kind):
    if found is None or kind not in FORMS:
        return found
    if kind == "DATE":
        return found[1:] if found.startswith("=") else date_text(int(found))
    if kind.startswith("TIMESTAMP"):
        scale = 10**9 if kind == "TIMESTAMP_NS" else 10**6
        return found[1:] if found.startswith("=") else moment_text(int(found), scale, "Z" if "ZONE" in kind else "")
    return found


def read_duckdb(path, table):
    """Texts of plain types by casts; lists and structs through arrow."""
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        columns = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE FROM {table}").fetchall()]
        places = [f"c{index}" for index in range(len(columns))]
        nested = [kind.endswith("]") or kind.startswith(("STRUCT(", "MAP(")) for _, kind in columns]
        source = f"{table} t({', '.join(places)}) ORDER BY {places[0]}"
        forms = [
            "NULL" if is_nested else FORMS.get(kind, "CAST({0} AS VARCHAR)").replace("{0}", place)
            for place, (_, kind), is_nested in zip(places, columns, nested)
        ]
        rows = [list(row) for row in connection.execute(f"SELECT {', '.join(forms)} FROM {source}").fetchall()]
        for index, is_nested in enumerate(nested):
            if not is_nested:
                for row in rows:
                    row[index] = of_duckdb(row[index], columns[index][1])
                continue
            column = connection.execute(f"SELECT {places[index]} FROM {source}").to_arrow_table().column(0)
            for row, value in zip(rows, column):
                row[index] = text(value, column.type)
    return {"columns": columns, "rows": rows}


OPERATIONS = {
    "make_parquet": make_parquet,
    "read_parquet": read_parquet,
    "make_duckdb": make_duckdb,
    "read_duckdb": read_duckdb,
}

for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = {"result": OPERATIONS[request["do"]](**request["with"])}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
