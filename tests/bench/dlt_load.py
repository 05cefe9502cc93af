"""One load by dlt, the Python library: dlt_load.py '{"source": URL, "table": NAME, "to": "parquet|duckdb|postgres", "target": PATH or URL, ...}'."""

import json
import sys

import dlt
from dlt.destinations import duckdb, filesystem, postgres
from dlt.sources.sql_database import sql_table


def main() -> None:
    job = json.loads(sys.argv[1])
    target = job["target"]
    destination = {
        "parquet": lambda: filesystem(bucket_url=f"file://{target}"),
        "duckdb": lambda: duckdb(target),
        "postgres": lambda: postgres(target.replace("postgres:", "postgresql:", 1)),
    }[job["to"]]()
    table = sql_table(
        credentials=job["source"].replace("postgres:", "postgresql:", 1),
        schema="public",
        table=job["table"],
        backend="connectorx",
        backend_kwargs={"return_type": "arrow"},
    )
    table.apply_hints(
        table_name=job["into"], primary_key=job.get("key"), write_disposition=job["write"]
    )
    pipeline = dlt.pipeline(
        "bench",
        destination=destination,
        dataset_name=job["schema"],
        pipelines_dir=job["folder"],
    )
    form = {"loader_file_format": "parquet"} if job["to"] != "postgres" else {}
    info = pipeline.run(table, **form)
    info.raise_on_failed_jobs()


main()
