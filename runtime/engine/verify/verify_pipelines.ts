import type { DtegError } from "../../../sdk/mod.ts";
import type { Pipeline } from "../../config/pipeline.ts";
import { errorReport } from "../../store/error_report.ts";
import { resolveJobs } from "../plan/jobs.ts";
import { asError } from "../run_context.ts";
import { throughTunnels, tunnelsOf } from "../tunnels.ts";
import { notCompared, type PipelineVerdict, type StreamVerdict } from "./verify_report.ts";
import { type VerifyOptions, verifyStream } from "./verify_stream.ts";

/** What was verified, and what is wrong with it. */
export interface Verified {
  readonly pipelines: readonly PipelineVerdict[];
  readonly errors: readonly DtegError[];
}

/** Compares the streams of pipelines with their targets, one after the other. Nothing is written. */
export async function verifyPipelines(pipelines: readonly Pipeline[], options: VerifyOptions): Promise<Verified> {
  const verdicts: PipelineVerdict[] = [];
  const errors: DtegError[] = [];
  for (const given of pipelines) {
    const { name, path, source, destination } = given;
    const streams: StreamVerdict[] = [];
    try {
      const pipeline = await throughTunnels(given, tunnelsOf(options.context));
      for (const job of await resolveJobs(pipeline, options.context)) {
        const { verdict, error } = await verifyStream(job, options);
        streams.push(verdict);
        if (error) errors.push(error);
      }
    } catch (thrown) {
      options.context.signal.throwIfAborted();
      const error = asError(thrown, options.context);
      errors.push(error);
      streams.push(...given.streams.map((stream) => unverified(stream, error)));
    }
    verdicts.push({ name, path, source: source.label, destination: destination.label, streams });
  }
  return { pipelines: verdicts, errors };
}

function unverified({ name, into }: Pipeline["streams"][number], error: DtegError): StreamVerdict {
  return { ...notCompared({ name: name ?? "*", target: into ?? name ?? "*" }), error: errorReport(error) };
}
