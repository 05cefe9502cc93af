import { tell } from "./tell.ts";

const pipeline = (stream: string) => ({
  "p.yaml": `version: 1\nsource: data/\nstreams: [${stream}]\ndestination: out.duckdb\n`,
});

Deno.test("a mistaken name is told so that a person can mend it", () =>
  tell(new URL("names.golden.txt", import.meta.url), {
    "a command": "dteg rnu orders",
    "a command of other tools": "dteg sync orders",
    "a command of a later version": "dteg serve",
    "a file in place of a command": "dteg data/orders.csv",
    "a subcommand": "dteg connection tset warehouse",
    "a subcommand of runs": "dteg runs shwo last",
    "a subject of diff": "dteg diff shcema orders",
    "a thing to list": "dteg list pipleines",
    "a shell": "dteg completion zhs",
    "a word of help": "dteg help rnu",
    "an error code of help": "dteg help pipeline.invalit",
    "a schema": "dteg schema pipelin",
    "a pipeline": "dteg run oders",
    "a pipeline's file": "dteg run pipelines/oders.yaml",
    "a pattern of pipelines": "dteg run 'ord?r'",
    "a tag": "dteg run tag:nigthly",
    "a connection on the command line": "dteg run --from inbxo --stream orders --to out.duckdb",
    "a connection of query": "dteg query 'SELECT 1' --on warehuose",
    "a connection to test": "dteg connection test warehuose",
    "a connection to discover": "dteg discover inbxo",
    "a connection in a file": {
      line: "dteg validate p.yaml",
      files: {
        "p.yaml":
          "version: 1\nsource: { connection: inbxo }\nstreams: [orders]\ndestination: { connection: warehouse }\n",
      },
    },
    "an environment": "dteg run orders --env stagin",
    "a stream": "dteg run --from inbox --stream odrers --to out.duckdb",
    "a stream of a pipeline": "dteg run orders --stream oders",
    "a pattern of streams": "dteg run --from inbox --stream 'ordesr*' --to out.duckdb",
    "a stream in a file": { line: "dteg run p.yaml", files: pipeline("odrers") },
    "a stream's schema": { line: "dteg run p.yaml", files: pipeline("public.orders") },
    "a column of select": "dteg run data/orders.csv --select id,statsu",
    "a column of key": "dteg run data/orders.csv --write merge --key di",
    "a column of cursor": "dteg run data/orders.csv --write append --cursor update_at",
    "a column of columns": {
      line: "dteg run p.yaml",
      files: pipeline("{ name: orders, columns: { amonut: { type: text } } }"),
    },
    "a column's type": {
      line: "dteg validate p.yaml",
      files: pipeline("{ name: orders, columns: { amount: { type: bigimt } } }"),
    },
    "a column of where": "dteg run data/orders.csv --where \"statsu = 'paid'\"",
    "a variable of the project": {
      line: "dteg validate p.yaml",
      files: pipeline('{ name: orders, into: "raw.o_${var.dya}" }'),
    },
    "a variable of Liquid": {
      line: "dteg validate p.yaml",
      files: pipeline('{ name: orders, into: "raw.{{ var.dya }}" }'),
    },
    "a filter of Liquid": {
      line: "dteg validate p.yaml",
      files: pipeline('{ name: orders, into: "raw.{{ var.day | upcsae }}" }'),
    },
    "a kind of variable": {
      line: "dteg validate p.yaml",
      files: pipeline('{ name: orders, into: "raw.${vars.day}" }'),
    },
    "a variable on the command line that nothing reads": "dteg run orders --var dya=2024-05-02",
    "a secret that is not kept": {
      line: "dteg run p.yaml",
      files: {
        ".dteg/secrets/shop_password": "geheim\n",
        "p.yaml":
          'version: 1\nsource: { use: postgres, config: { host: 127.0.0.1, password: "${secret.shop_pasword}" } }\nstreams: [orders]\ndestination: out.duckdb\n',
      },
    },
    "a variable of the environment": {
      line: "DATA_FOLDER=data dteg validate p.yaml",
      files: { "p.yaml": 'version: 1\nsource: "${env.DATA_FODLER}"\nstreams: [orders]\ndestination: out.duckdb\n' },
    },
    "a connector": {
      line: "dteg validate p.yaml",
      files: {
        "p.yaml": "version: 1\nsource: { use: postgers, config: {} }\nstreams: [orders]\ndestination: out.duckdb\n",
      },
    },
    "a setting of a connector": {
      line: "dteg validate p.yaml",
      files: {
        "p.yaml":
          "version: 1\nsource: { use: postgres, config: { hots: db.example.com } }\nstreams: [orders]\ndestination: out.duckdb\n",
      },
    },
    "a template of init": "dteg init shop --template postgers -y",
    "a file of data": "dteg run data/oders.csv",
    "a pattern of files": "dteg run 'data/*.tsv'",
    "a folder": "dteg run --from daat/ --stream orders --to out.duckdb",
    "a pipeline of `after`": {
      line: "dteg run late --with-upstream",
      files: {
        "pipelines/late.yaml":
          "version: 1\nsource: ../data/\nstreams: [customers]\ndestination: ../out.duckdb\nafter: [oders]\n",
      },
    },
    "a run": "dteg run orders -q && dteg runs show 20",
    "a table of query": "dteg run orders -q && dteg query 'SELECT * FROM raw.oders' --on warehouse",
    "a connection to add, which is there": "dteg connection add inbox data/",
    "a name that no connection may have": "dteg connection add 'my db' data/",
  }));
