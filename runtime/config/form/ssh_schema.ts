import { Type } from "@sinclair/typebox";
import { noted } from "./note.ts";

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The schema of `ssh`, which a connection to a server may have. */
export const SSH_SCHEMA = noted(
  Type.Object({
    host: Type.String({ minLength: 1, description: "The SSH server that the connection goes through." }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, description: "Default: 22." })),
    user: text("Default: the user of the system."),
    key: text("File of the private key. Default: SSH_AUTH_SOCK's agent, else ~/.ssh/id_ed25519 or ~/.ssh/id_rsa."),
    passphrase: text("Of the private key."),
    password: text("In place of a key."),
    known_hosts: text("File of known host keys. Default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts."),
    host_key: text("Fingerprint of the server's key, in place of known hosts: SHA256:…"),
  }, {
    additionalProperties: false,
    title: "ssh",
    description: "A tunnel through an SSH server; its host key must be known.",
  }),
  { wanted: "a mapping such as { host: bastion.example.com, user: me, key: ~/.ssh/id_ed25519 }" },
);
