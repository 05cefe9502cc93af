import type { ErrorCode } from "../../../sdk/mod.ts";

/** What people are told of an error code; docs/errors.md is made from it. */
export interface ErrorHelp {
  /** When it happens, in one sentence. */
  readonly when: string;
  /** What to do about it, in one sentence. */
  readonly mend: string;
}

const help = (when: string, mend: string): ErrorHelp => ({ when, mend });

export const ERROR_HELP: Readonly<Record<ErrorCode, ErrorHelp>> = {
  "usage": help(
    "A command, flag, setting or connector that this version does not know or have.",
    "Look at `dteg help`; the message names the nearest word.",
  ),
  "flag.missing_value": help("A flag that takes a value has none.", "Give the value after the flag."),
  "flag.invalid": help(
    "The value of a flag or of its DTEG_ variable is not of the wanted form.",
    "The message says the wanted form.",
  ),
  "flag.conflict": help(
    "Two flags, or a flag and an argument, that cannot stand together, or one without the other.",
    "Leave one out, or add the one that is named.",
  ),
  "argument.missing": help("A command lacks an argument.", "See the usage line of `dteg help COMMAND`."),
  "argument.unexpected": help(
    "A command got an argument that it does not take.",
    "See the usage line of `dteg help COMMAND`.",
  ),
  "argument.invalid": help(
    "An argument of a command is none of the words that it takes.",
    "The message lists the words; see `dteg help COMMAND`.",
  ),
  "url.invalid": help("A connection URL cannot be read.", "Check scheme and form; see docs/pipeline.md."),
  "connection.unknown": help(
    "A connection name that no file declares.",
    "Declare it in connections.yaml, or give a URL or path.",
  ),
  "connection.exists": help(
    "A connection or a secret of this name is declared already.",
    "Choose another name, or add -y to replace it.",
  ),
  "connection.host_key": help(
    "The key of an SSH server is not known, or another one than is known.",
    "Compare its fingerprint with that of the server; then say it as `host_key`, or put it into known_hosts.",
  ),
  "connection.host_unknown": help("The name of a server has no address.", "Check the host's name."),
  "connection.refused": help(
    "Nothing answers at a server's address.",
    "Check host and port, and that the server runs and listens there.",
  ),
  "connection.auth": help(
    "The server does not accept user or password.",
    "Check both; see the server's rules for log-ins.",
  ),
  "connection.forbidden": help("The user has no right to do this.", "Grant the right to the user, or use another one."),
  "connection.no_database": help("The server has no such database.", "Check the database's name."),
  "connection.role": help(
    "The servers that answer are not of the kind that target_session_attrs wants.",
    "Name other hosts, or leave target_session_attrs out.",
  ),
  "connection.no_tls": help("TLS is wanted and the server has none.", "Set up TLS there, or use sslmode=disable."),
  "connection.tls": help(
    "The server's certificate is not trusted, or TLS fails.",
    "Name the authority's certificate with sslrootcert.",
  ),
  "connection.too_many": help("The server has no room for another connection.", "Wait, or use fewer --threads."),
  "connection.timeout": help(
    "A server or a statement took longer than it may.",
    "Check the network, or raise the limit.",
  ),
  "connection.lost": help(
    "The connection to a server ended in the middle of work.",
    "Run again; nothing is half done.",
  ),
  "connection.conflict": help("Another session was in the way: a deadlock or a serialization failure.", "Run again."),
  "hook.failed": help(
    "A statement of `hooks` failed: one of `before` stops the pipeline, after one of `after` the rows stay loaded.",
    "Mend the statement, or what it works on; then run it by hand, or the pipeline again.",
  ),
  "hook.no_sql": help(
    "`hooks` stand for an end that runs no SQL.",
    "Leave them out; databases have hooks, files have none.",
  ),
  "pipeline.cycle": help(
    "Pipelines that come after one another in a circle.",
    "Leave one of the names out of its `after`.",
  ),
  "connection.server_memory": help("The server has not enough memory.", "Look at the server's settings."),
  "connector.config": help("The settings of a connector are not of the wanted form.", "The message names the setting."),
  "connector.no_source": help("The connector cannot be read from.", "Use another connector as source."),
  "connector.no_destination": help("The connector cannot be written to.", "Use another connector as destination."),
  "environment.unknown": help(
    "--env or DTEG_ENV names an environment that dteg.yaml does not declare.",
    "Declare it under `environments:`; the message names the nearest one.",
  ),
  "pipeline.not_found": help(
    "There is no such pipeline file or name.",
    "Check the path; `ls pipelines` shows the project's.",
  ),
  "pipeline.is_folder": help(
    "A folder was given where a pipeline file is wanted.",
    "Name the file; to load a folder of data use --from.",
  ),
  "pipeline.syntax": help("The file is not YAML.", "Mend the line that the message names."),
  "pipeline.too_large": help(
    "The file is larger, deeper or expands to more than is allowed.",
    "Split it; aliases count as often as they are used.",
  ),
  "pipeline.unknown_key": help("A key that the file may not have there.", "The message names the nearest key."),
  "pipeline.duplicate_key": help("A key stands twice.", "Leave one out."),
  "pipeline.missing_key": help("A key is missing.", "Add it; `dteg schema` prints the whole form."),
  "pipeline.invalid": help("A value is not of the wanted form.", "The message says the wanted form."),
  "pipeline.version": help(
    "The file is of a version that this dteg does not know.",
    "Use `version: 1`, or a newer dteg.",
  ),
  "template.unset": help("A variable in `${…}` is not set.", "Set it, or give a default: `${env.X:-default}`."),
  "template.syntax": help(
    "A `${…}` cannot be read.",
    "Use env., var., secret. or run.; write `$${` for a literal `${`.",
  ),
  "stream.not_found": help("The source has no such stream.", "The message names the nearest ones."),
  "stream.ambiguous": help("A stream name fits several streams.", "Write it with its schema."),
  "stream.none": help("There is nothing to load.", "Name a stream with --stream or under `streams:`."),
  "stream.write_mode": help(
    "The write mode does not fit its key or cursor, or the destination cannot do it.",
    "The message says what fits.",
  ),
  "stream.key": help(
    "`key: auto` is said for a stream that has no primary key.",
    "Name its key, leave it out, or say `key: auto` in `defaults`: a table without key is replaced then.",
  ),
  "stream.limit": help(
    "--limit with a write mode that it would falsify.",
    "Leave --limit out, or use `--write replace`.",
  ),
  "stream.cursor": help(
    "A stream cannot go on by its cursor: the column, its lag or what is remembered of the load before does not fit.",
    "The hint tells what fits; --full-refresh reads all once and begins anew.",
  ),
  "stream.where": help("The condition of a stream cannot be read.", "Check its SQL and the names of its columns."),
  "stream.empty_source": help(
    "The source has no row, and `delete: remove` would empty the target. Nothing was changed.",
    "Look at the source; where it is meant, add -y or --full-refresh.",
  ),
  "stream.same_target": help("Two streams would go to one place.", "Give one of them another `into`."),
  "column.unknown": help("A column that the stream does not have.", "The message names the nearest one."),
  "column.duplicate": help("Two columns end with one name.", "Rename one with `columns: { a: { as: b } }`."),
  "file.not_found": help(
    "A file or folder is not there.",
    "Check the path; relative paths start at the current folder, in a pipeline at its file.",
  ),
  "file.no_match": help("A pattern matches no file.", "Check the pattern; `**` goes through folders."),
  "file.unknown_format": help(
    "The format of a file is not clear from name or content.",
    "Say it: `format: csv`, or a URL such as csv://PATH.",
  ),
  "file.mixed_formats": help("One stream's files are of several formats.", "Narrow the pattern, or declare `format`."),
  "file.permission": help(
    "The system refuses to read or write a file.",
    "Change its rights, or run as a user that has them.",
  ),
  "file.unreadable": help("A file cannot be read or written.", "The message has the system's reason."),
  "file.changed": help("A file was changed while it was read.", "Run again when it is at rest."),
  "file.empty": help("A CSV without even a header.", "Check what should have written it."),
  "file.corrupt": help(
    "A file is not what its format wants: cut off, damaged, or another format.",
    "Get it again; check the format.",
  ),
  "file.encoding": help(
    "Bytes that are not text of the declared encoding.",
    "Declare the right one: `encoding: latin1`.",
  ),
  "state.none": help(
    "A target holds no state of the pipeline or stream that is named.",
    "`dteg state list` shows those that it holds.",
  ),
  "state.exists": help(
    "A target has a state of that pipeline and stream already.",
    "`dteg state list` shows it; nothing is put in its place.",
  ),
  "state.changed": help(
    "A state was changed by a run while it was to be changed.",
    "Look at it again with `dteg state show`; nothing was changed.",
  ),
  "state.invalid": help(
    "A value that is none of the cursor's type, or a file of states that does not fit the target.",
    "The message says what is wanted.",
  ),
  "undo.impossible": help(
    "A load cannot be taken back: nothing was kept of what was there before, or a later run has changed the target.",
    "The message says why; `keep: 1` keeps what a replace replaces, `load_columns: true` tells the rows of a run.",
  ),
  "state.busy": help(
    "Another run loads the target: the message names it.",
    "Wait for it, or say so: `--wait 10m`.",
  ),
  "state.fenced": help(
    "The run stood still for so long that another one took its target over; nothing of it was loaded.",
    "See what the other run did, then run again.",
  ),
  "state.foreign": help(
    "The target is not in the state that dteg left it in.",
    "Look at what changed it; `adopt: true` takes it as it is.",
  ),
  "csv.row_width": help(
    "A row has more or fewer fields than the header.",
    "Mend the line; declare `quote` or `delimiter` if they were guessed wrong.",
  ),
  "csv.quote": help(
    "A quoted field is not closed, or text follows its closing quote.",
    "Mend the line; declare `quote` or `escape` if they were guessed wrong.",
  ),
  "file.too_wide": help(
    "A file has more columns than are read of one: 10,000.",
    "Turn the file around, or read each line as one text.",
  ),
  "csv.invalid": help("The file is not the CSV that its settings describe.", "The message names the line."),
  "json.invalid": help("A record is not JSON, or not an object.", "Mend the line that the message names."),
  "data.value": help(
    "A value does not fit its declared type.",
    "Mend the value, or declare a wider type; `type: text` takes all.",
  ),
  "data.guess": help(
    "A value does not fit the type that was guessed for its column.",
    "Declare the column's type: `columns: { c: { type: text } }`.",
  ),
  "data.key_null": help("A key column holds NULL.", "Mend the data, or use another key."),
  "data.key_not_unique": help("Two rows of one read have the same key and differ.", "Choose a key that is unique."),
  "data.constraint": help(
    "Rows break a key or another rule of the target table.",
    "Mend the rows, load them with `merge` and the table's key, or change the table.",
  ),
  "mask.key": help(
    "The key of `mask: hash` cannot be read or made, or is too short or too long.",
    "Check the rights of `.dteg/secrets`, or give 32 to 64 characters as `DTEG_SECRET_MASK_KEY`.",
  ),
  "mask.changed": help(
    "Rows with other masks, or hashes of another key, would come beside those that are there.",
    "Put mask and key back as they were, or load all rows again with `write: replace`.",
  ),
  "verify.differs": help(
    "`dteg verify`, or `verify: true` of a pipeline, found that source and target do not hold the same rows.",
    "The message and the result name keys and columns; run the pipeline again, or load all with --full-refresh.",
  ),
  "rejects.too_many": help(
    "More rows do not fit than the stream's `max_rejects` allows. Nothing was loaded.",
    "Look at what the source sends, mend it, or raise `max_rejects`.",
  ),
  "rejects.none": help(
    "There are no rejected rows of that run or stream.",
    "See `dteg rejects list`; rejected rows are kept for 30 days.",
  ),
  "rejects.replay": help(
    "Rejected rows cannot be loaded again: their pipeline or stream is not there, or its connection is not kept.",
    "Run the stream once by a pipeline file, or export the rows and load the file.",
  ),
  "contract.columns": help(
    "The source has columns that the target has not, or lacks some that it has, and the contract refuses that.",
    "Leave the column out under `columns`, change the table, or load once with `contract: { columns: evolve }`.",
  ),
  "contract.types": help(
    "A column of the source has another type than that of the target, and the contract takes no such change.",
    "Declare the type that the target has under `columns`, change the target's column, or set `contract: { types: … }`.",
  ),
  "schema.lossy": help(
    "A column's type cannot be held by the target without loss.",
    "Declare a type that it can hold: `columns: { c: { type: text } }`.",
  ),
  "schema.incompatible": help(
    "The target table has columns that do not fit the load.",
    "Change the table or the stream's `columns`.",
  ),
  "target.locked": help("Another process holds the target.", "Wait for it, or stop the process that is named."),
  "target.read_only": help("The target cannot be written.", "Check the rights of file and folder."),
  "target.name": help(
    "A name that the target cannot hold, or that dteg keeps for itself.",
    "Give another one with `into`.",
  ),
  "target.is_folder": help(
    "A folder stands where a file is to be written, or the other way round.",
    "End a folder's path with `/`.",
  ),
  "target.special": help(
    "A device, a pipe or a socket stands where a file is to be written.",
    "Name a file, or write to standard output with `--to -`.",
  ),
  "duckdb.invalid": help(
    "A file is no DuckDB database, or of a version that cannot be read.",
    "Check the path; see the message.",
  ),
  "query.failed": help("A query failed.", "The message has the engine's reason."),
  "query.not_read_only": help(
    "A query that would change something.",
    "`query` takes one statement that reads: SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE.",
  ),
  "environment.cache": help(
    "The folder for unpacked libraries cannot be used.",
    "Set DTEG_CACHE_DIR to a folder that can be written and executed from.",
  ),
  "environment.unfit": help(
    "`dteg doctor` found something that keeps dteg from working.",
    "Do what stands under each finding marked ✗.",
  ),
  "environment.disk_full": help("A disk is full.", "Make room; the message names the folder."),
  "environment.memory": help("--max-memory does not do for this load.", "Give more; the message names the limit."),
  "memory.row_too_wide": help(
    "Rows are so wide that those which are to be held at once do not fit into --max-memory.",
    "The hint says how much memory would do; or leave the widest columns out.",
  ),
  "environment.store": help("The record of runs cannot be opened or written.", "Check the folder that is named."),
  "run.not_found": help("There is no such run.", "`dteg runs list` shows them."),
  "run.ambiguous": help("The beginning of an id fits several runs.", "Give more of the id."),
  "init.exists": help(
    "A file that `init` would write is there already.",
    "Choose another folder; nothing was overwritten.",
  ),
  "plan.invalid": help(
    "The file of --plan is no plan, or one of another version of dteg.",
    "Make it anew with `dteg plan -o FILE`.",
  ),
  "plan.stale": help(
    "What a plan says of source or target is no longer so: nothing was loaded.",
    "Look at `dteg plan` again, and make the file anew with `dteg plan -o FILE`.",
  ),
  "plan.changes": help(
    "A run would make, replace or alter tables of the target: `dteg plan --check` tells so.",
    "Look at what the plan says; run it where that is meant.",
  ),
  "plan.confirm": help("The run would replace what dteg did not make.", "Add -y, or `adopt: true` to the stream."),
  "cancelled": help("The run was interrupted.", "Run it again; nothing is half done."),
  "internal": help("A fault of dteg itself.", "Please report it with the output of `dteg runs logs`."),
};
