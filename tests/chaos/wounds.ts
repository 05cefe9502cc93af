import type { Victim } from "../harness/crash.ts";
import { signalTree } from "../harness/process_tree.ts";
import type { Killable } from "./ends/end.ts";
import type { Fault, FaultProxy } from "./fault_proxy.ts";
import type { Pair } from "./pair.ts";
import { remount } from "./small_disk.ts";

/** How a run ended. */
export type Ended = Awaited<Victim["ended"]>;

/** What a load is when nobody disturbs it, in proportion to the one that comes. */
export interface Usual {
  readonly milliseconds: number;
  readonly source: WireTraffic;
  readonly target: WireTraffic;
  /** Changes of files in the target's folder. */
  readonly fileEvents: number;
}

export interface WireTraffic {
  readonly bytes: number;
  readonly statements: readonly string[];
}

/** What a wound may take hold of. */
export interface Scene {
  readonly pair: Pair;
  readonly folder: string;
  readonly usual: Usual;
  /** From 0 to 1. */
  readonly random: () => number;
  /** 1 at first; larger where a wound came too late before. */
  readonly tries: number;
  /** Another run of the same pipeline. */
  start(): Victim;
}

/** A wound that is ready. */
export interface Strike {
  /** What is done, and when. */
  readonly place: string;
  /** Beside the run; ends when it is done, or the run has ended. */
  during?(victim: Victim): Promise<void>;
  /** True where something was hurt. */
  landed(ended: Ended): boolean;
  /** Codes of errors that the run may end with, besides `connection.…`. */
  readonly codes?: RegExp;
  /** Takes the cause away, before the rerun. */
  heal?(): Promise<void>;
}

/** Gets a wound ready; undefined where the scene has nothing that it could hurt. */
export type Wound = (scene: Scene) => Strike | undefined | Promise<Strike | undefined>;

const KILLED = 137;
const PATIENCE = 5000; // milliseconds
const EARLIEST = 0.2; // of a load's time: before it the process only starts

const rest = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A moment of the load, in milliseconds from its start. */
const someMoment = ({ usual, random, tries }: Scene) =>
  Math.round(usual.milliseconds * (EARLIEST + random() * (1 - EARLIEST) / tries));

const pick = <T>(list: readonly T[], { random }: Scene): T => list[Math.floor(random() * list.length)];

/** Waits for a moment, and does something if the run has not ended before. */
async function atMoment(victim: Victim, milliseconds: number, act: () => void | Promise<void>): Promise<void> {
  const isOver = await Promise.race([rest(milliseconds).then(() => false), victim.ended.then(() => true)]);
  if (!isOver) await act();
}

/** The wires of a scene with what usually goes over them. */
function wiresOf({ pair, usual }: Scene) {
  return (["source", "target"] as const).flatMap((side) => {
    const { wire } = pair[side];
    return wire ? [{ side, wire, usual: usual[side] }] : [];
  });
}

const serversOf = ({ pair }: Scene) =>
  (["source", "target"] as const).flatMap((side) => {
    const { server } = pair[side];
    return server ? [{ side, server }] : [];
  });

/** A fault that comes after some of the bytes. */
const afterBytes = (kind: "stall" | "cut" | "reset", milliseconds?: number): Wound => (scene) => {
  const wires = wiresOf(scene);
  if (wires.length === 0) return undefined;
  const { side, wire, usual } = pick(wires, scene);
  const after = Math.floor(usual.bytes * scene.random() / scene.tries);
  wire.arm({ kind, after, milliseconds });
  return { place: `${kind} of the ${side}'s wire after ${after} bytes`, landed: () => wire.hasStruck() };
};

/** What ends a transaction, or changes a table by itself. */
const ACT = /^\s*(COMMIT|END|RENAME|CREATE|DROP|ALTER|TRUNCATE)\b|;\s*COMMIT/i;

/** Something that comes at a statement: half of the time at one that decides. */
function atStatement(
  scene: Scene,
  { what, lost, make }: {
    readonly what: string;
    readonly lost: readonly ("before" | "after" | "never")[];
    readonly make: (wire: FaultProxy, fault: Fault) => Omit<Strike, "place">;
  },
  onAct?: () => void | Promise<void>,
): Strike | undefined {
  const wires = wiresOf(scene);
  if (wires.length === 0) return undefined;
  const { side, wire, usual } = pick(wires, scene);
  const decides = scene.random() < 0.6;
  const matches = (sql: string) => !decides || ACT.test(sql);
  const found = usual.statements.filter(matches);
  if (found.length === 0) return undefined;
  const number = 1 + Math.floor(scene.random() * found.length / scene.tries);
  const how = pick(lost, scene);
  const fault: Fault = { kind: "statement", matches, number, lost: how, onAct };
  const text = found[number - 1].replace(/\s+/g, " ").slice(0, 60);
  const when = how === "after" ? "when the server has done" : "before";
  return { place: `${what} ${when} statement ${number} of the ${side} (${text})`, ...make(wire, fault) };
}

const killedByNine = ({ code }: Ended) => code === KILLED;

async function serverDies(server: Killable): Promise<void> {
  await server.kill();
  await server.start();
}

/** Every way in which a load is hurt, by its name in reports. */
export const WOUNDS: Readonly<Record<string, Wound>> = {
  "kill -9 at a moment": (scene) => {
    const at = someMoment(scene);
    return {
      place: `kill -9 after ${at} ms`,
      during: (victim) => atMoment(victim, at, () => void signalTree(victim.pid, "SIGKILL")),
      landed: killedByNine,
    };
  },
  "kill -9 at a statement": (scene) => {
    let pid: number | undefined;
    return atStatement(scene, {
      what: "kill -9",
      lost: ["before", "after"],
      make: (wire, fault) => {
        wire.arm(fault);
        return {
          during: ({ pid: its }) => {
            pid = its;
            return Promise.resolve();
          },
          landed: killedByNine,
        };
      },
    }, () => {
      if (pid !== undefined) signalTree(pid, "SIGKILL");
    });
  },
  "kill -9 at a change of the target's files": (scene) => {
    const { files } = scene.pair.target;
    if (files === undefined || scene.usual.fileEvents === 0) return undefined;
    const number = 1 + Math.floor(scene.random() * scene.usual.fileEvents / scene.tries);
    return {
      place: `kill -9 at change ${number} of the target's files`,
      async during(victim) {
        let seen = 0;
        using watcher = Deno.watchFs(files);
        victim.ended.then(() => {
          try {
            watcher.close();
          } catch (error) {
            if (!(error instanceof Deno.errors.BadResource)) throw error; // it is closed already
          }
        });
        for await (const _ of watcher) {
          if (++seen < number) continue;
          signalTree(victim.pid, "SIGKILL");
          break;
        }
      },
      landed: killedByNine,
    };
  },
  "the server dies": (scene) => {
    const servers = serversOf(scene);
    if (servers.length === 0) return undefined;
    const { side, server } = pick(servers, scene);
    const at = someMoment(scene);
    let isHurt = false;
    return {
      place: `the server of the ${side} dies after ${at} ms`,
      during: (victim) =>
        atMoment(victim, at, async () => {
          isHurt = true;
          await serverDies(server);
        }),
      landed: () => isHurt,
    };
  },
  "the server dies at a statement": (scene) => {
    let wounded: Promise<void> | undefined;
    let side: "source" | "target" = "target";
    const strike = atStatement(scene, {
      what: "the server dies",
      lost: ["before", "after"],
      make: (wire, fault) => {
        side = wire === scene.pair.source.wire ? "source" : "target";
        wire.arm(fault);
        return { during: () => Promise.resolve(), landed: () => wire.hasStruck(), heal: async () => await wounded };
      },
    }, async () => {
      const { server } = scene.pair[side];
      if (server) await (wounded = serverDies(server));
    });
    return strike;
  },
  "the connection is lost at a statement": (scene) =>
    atStatement(scene, {
      what: "the connection is lost",
      lost: ["before", "after"],
      make: (wire, fault) => {
        wire.arm(fault);
        return { landed: () => wire.hasStruck() };
      },
    }),
  "the connection is cut": afterBytes("cut"),
  "the connection is reset": afterBytes("reset"),
  "the wire stalls": afterBytes("stall", 1500),
  "the wire is slow": (scene) => {
    const wires = wiresOf(scene);
    if (wires.length === 0) return undefined;
    const { side, wire } = pick(wires, scene);
    const milliseconds = 1 + Math.floor(scene.random() * 5);
    wire.arm({ kind: "latency", milliseconds });
    return { place: `${milliseconds} ms of delay on the ${side}'s wire`, landed: () => wire.hasStruck() };
  },
  "dteg is stopped for a while": (scene) => {
    const at = someMoment(scene);
    let isHurt = false;
    return {
      place: `SIGSTOP after ${at} ms, SIGCONT a second later`,
      during: (victim) =>
        atMoment(victim, at, async () => {
          isHurt = signalTree(victim.pid, "SIGSTOP");
          await rest(1000);
          signalTree(victim.pid, "SIGCONT");
        }),
      landed: () => isHurt,
    };
  },
  "two runs at once": (scene) => {
    const at = Math.floor(someMoment(scene) * scene.random());
    return besideAnother(scene, { at, place: `another run ${at} ms after this one` });
  },
  "dteg is stopped and overtaken": (scene) => {
    const at = someMoment(scene);
    return besideAnother(scene, {
      at,
      place: `SIGSTOP after ${at} ms, a whole run of another, SIGCONT`,
      before: (victim) => void signalTree(victim.pid, "SIGSTOP"),
      after: (victim) => void signalTree(victim.pid, "SIGCONT"),
    });
  },
  "the disk of the target is full": (scene) =>
    scene.pair.target.files === undefined ? undefined : fullDisk(scene, "out"),
  "the disk of temporary files is full": (scene) => fullDisk(scene, "tmp"),
  "the disk of the records is full": (scene) => fullDisk(scene, "home"),
};

/** Another run of the same pipeline while this one is at work. Each may be refused, but not fail in a way that dteg does not know. */
function besideAnother(
  scene: Scene,
  { at, place, before, after }: {
    readonly at: number;
    readonly place: string;
    readonly before?: (victim: Victim) => void;
    readonly after?: (victim: Victim) => void;
  },
): Strike {
  let isHurt = false;
  let other: Ended | undefined;
  return {
    place,
    during: (victim) =>
      atMoment(victim, at, async () => {
        isHurt = true;
        before?.(victim);
        const running = scene.start();
        await Promise.race([running.ended, rest(PATIENCE)]); // it may wait for what the stopped one holds
        after?.(victim);
        other = await running.ended;
      }),
    codes: /^(target|state)\./,
    landed: () => {
      if (other && /"code": ?"internal"/.test(other.stdout)) throw new Error(`the other run: ${other.stdout}`);
      return isHurt;
    },
  };
}

/** A disk with room for some of what a load usually leaves on it. */
async function fullDisk({ folder, random, tries }: Scene, name: "out" | "tmp" | "home"): Promise<Strike | undefined> {
  const path = `${folder}/${name}`;
  const room = Math.floor(random() * 512 / tries) * 1024;
  if (!await remount(path, { room })) return undefined;
  return {
    place: `${room} bytes are free in ${name}/`,
    codes: /^environment\.(disk_full|cache)$/,
    landed: ({ stdout, stderr }) => /disk_full|No space|disk is full|database or disk/i.test(stdout + stderr),
    heal: async () => void await remount(path),
  };
}
