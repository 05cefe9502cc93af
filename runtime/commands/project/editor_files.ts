import type { TemplateFile } from "./template.ts";

/** Where the schemas for editors go. */
export const SCHEMA_PATHS = {
  pipeline: ".dteg/schema/pipeline.json",
  project: ".dteg/schema/project.json",
  connections: ".dteg/schema/connections.json",
} as const;
export type SchemaName = keyof typeof SCHEMA_PATHS;

const FILES_OF: Readonly<Record<SchemaName, string>> = {
  pipeline: "pipelines/*.yaml",
  project: "dteg.yaml",
  connections: "connections.yaml",
};
const NAMES = Object.keys(SCHEMA_PATHS) as SchemaName[];

/** What wires the schemas up in VS Code and in the editors of JetBrains. */
export function editorFiles(): readonly TemplateFile[] {
  return [
    { path: ".vscode/settings.json", text: `${vscode()}\n`, optional: true },
    { path: ".idea/jsonSchemas.xml", text: jetBrains(), optional: true },
  ];
}

function vscode(): string {
  const schemas = Object.fromEntries(NAMES.map((name) => [SCHEMA_PATHS[name], FILES_OF[name]]));
  return JSON.stringify({ "yaml.schemas": schemas }, undefined, 2);
}

function jetBrains(): string {
  const entries = NAMES.map((name) =>
    `        <entry key="dteg ${name}">
          <value>
            <SchemaInfo>
              <option name="name" value="dteg ${name}" />
              <option name="relativePathToSchema" value="${SCHEMA_PATHS[name]}" />
              <option name="patterns">
                <list>
                  <Item>
                    <option name="pattern" value="true" />
                    <option name="path" value="${FILES_OF[name]}" />
                    <option name="mappingKind" value="Pattern" />
                  </Item>
                </list>
              </option>
            </SchemaInfo>
          </value>
        </entry>`
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<project version="4">
  <component name="JsonSchemaMappingsProjectConfiguration">
    <state>
      <map>
${entries.join("\n")}
      </map>
    </state>
  </component>
</project>
`;
}
