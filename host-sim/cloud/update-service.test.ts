import assert from "node:assert/strict";
import sinon from "sinon";
import { Jobs } from "./jobs.ts";
import { Streams } from "./streams.ts";
import { UpdateService } from "./update-service.ts";

const minuteMs = 60_000;

describe("UpdateService", () => {
  let clock: sinon.SinonFakeTimers;
  let jobs: Jobs;
  let service: UpdateService;
  let notices: string[];

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 1_700_000_000_000, toFake: ["setTimeout", "clearTimeout"] });
    jobs = new Jobs();
    notices = [];
    service = serve();
  });
  afterEach(() => {
    service.close();
    clock.restore();
  });

  const now = () => clock.now;

  function serve(): UpdateService {
    return new UpdateService({
      jobs,
      streams: new Streams(),
      scope: { topics: "aws", prefix: "gate" },
      now,
      notify: ({ topic, payload }) => {
        const {
          timestamp,
          jobs: list,
          execution,
        } = JSON.parse(String(payload)) as {
          timestamp: number;
          jobs?: object;
          execution?: { jobId: string; status: string };
        };
        assert.equal(timestamp, Math.floor(clock.now / 1000));
        const text = topic.endsWith("next")
          ? `${execution?.jobId} ${execution?.status}`
          : JSON.stringify(list, (key, value) => (/At|Number/.test(key) ? undefined : value));
        notices.push(`${topic.slice("$aws/things/".length)} ${text}`);
      },
    });
  }
  const create = (jobId: string, targets = ["lot-1"], more = {}) =>
    jobs.create({ jobId, targets, document: "{}", ...more }, now());
  const update = (jobId: string, status: "IN_PROGRESS" | "SUCCEEDED" | "REJECTED") =>
    jobs.update(jobId, "lot-1", status, undefined, {}, now());
  function told(): string[] {
    return notices.splice(0);
  }

  it("notifies as in AWS's series of examples", () => {
    create("job1");
    assert.deepEqual(told(), [
      'lot-1/jobs/notify {"QUEUED":[{"jobId":"job1"}]}',
      "lot-1/jobs/notify-next job1 QUEUED",
    ]);
    create("job2");
    assert.deepEqual(told(), ['lot-1/jobs/notify {"QUEUED":[{"jobId":"job1"},{"jobId":"job2"}]}']);
    update("job1", "IN_PROGRESS");
    assert.deepEqual(told(), []);
    create("job3");
    const three = '{"IN_PROGRESS":[{"jobId":"job1"}],"QUEUED":[{"jobId":"job2"},{"jobId":"job3"}]}';
    assert.deepEqual(told(), [`lot-1/jobs/notify ${three}`]);
    update("job1", "SUCCEEDED");
    assert.deepEqual(told(), [
      'lot-1/jobs/notify {"QUEUED":[{"jobId":"job2"},{"jobId":"job3"}]}',
      "lot-1/jobs/notify-next job2 QUEUED",
    ]);
    update("job3", "IN_PROGRESS");
    assert.deepEqual(told(), ["lot-1/jobs/notify-next job3 IN_PROGRESS"]);
    update("job2", "REJECTED");
    assert.deepEqual(told(), ['lot-1/jobs/notify {"IN_PROGRESS":[{"jobId":"job3"}]}']);
    jobs.cancel("job3", now(), { force: true });
    assert.deepEqual(told(), [
      "lot-1/jobs/notify {}",
      "lot-1/jobs/notify-next undefined undefined",
    ]);
  });

  it("lists ten at most", () => {
    for (let index = 0; index < 12; index++) create(`j${index}`);
    assert.equal(told().at(-1)?.match(/jobId/g)?.length, 10);
  });

  it("notifies each wave of a rollout when its minute has come", () => {
    create("j", ["lot-1", "lot-2"], { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } });
    told();
    clock.tick(minuteMs - 1);
    assert.deepEqual(told(), []);
    clock.tick(1);
    assert.deepEqual(told(), [
      'lot-2/jobs/notify {"QUEUED":[{"jobId":"j"}]}',
      "lot-2/jobs/notify-next j QUEUED",
    ]);
    assert.equal(clock.countTimers(), 0);
  });

  it("ends an execution in time, and tells its box what is next", () => {
    create("a", ["lot-1"], { timeoutConfig: { inProgressTimeoutInMinutes: 2 } });
    create("b");
    update("a", "IN_PROGRESS");
    told();
    clock.tick(2 * minuteMs);
    assert.equal(jobs.describeExecution("a", "lot-1")?.status, "TIMED_OUT");
    assert.deepEqual(told(), [
      'lot-1/jobs/notify {"QUEUED":[{"jobId":"b"}]}',
      "lot-1/jobs/notify-next b QUEUED",
    ]);
  });

  it("continues with what an earlier service left, and announces only what is new", () => {
    create("a", ["lot-1"], { timeoutConfig: { inProgressTimeoutInMinutes: 2 } });
    update("a", "IN_PROGRESS");
    service.close();
    told();
    assert.equal(clock.countTimers(), 0);
    service = serve();
    create("b");
    assert.deepEqual(told().length, 1);
    clock.tick(2 * minuteMs);
    assert.equal(told().at(-1), "lot-1/jobs/notify-next b QUEUED");
    service.close();
    create("c");
    assert.deepEqual(told(), []);
  });

  it("answers on the thing's own topics, and ignores all others", async () => {
    const ask = (topic: string) => service.answer(topic, Buffer.from("{}"));
    const root = "$aws/things/lot-1";
    const topicsOf = async (topic: string) => (await ask(topic))?.map((answer) => answer.topic);
    assert.deepEqual(await topicsOf(`${root}/jobs/get`), [`${root}/jobs/get/accepted`]);
    assert.deepEqual(await topicsOf(`${root}/streams/s/get/json`), [
      `${root}/streams/s/rejected/json`,
    ]);
    const others = ["gate/lot-1/update/jobs/get", `${root}/shadow/get`, "$aws/things/a.b/jobs/get"];
    for (const topic of [...others, "$aws/things/lot-1", `${root}/jobs/get/accepted`]) {
      assert.equal(ask(topic), undefined, topic);
    }
  });

  it("waits for a time that no timer of Node can hold", () => {
    service.close();
    jobs.create({ jobId: "j", targets: ["lot-1"], document: "{}" }, now());
    jobs.startNext("lot-1", {}, now() + 40 * 24 * 60 * minuteMs);
    jobs.startNext("lot-1", { stepTimeoutInMinutes: 1 }, now() + 40 * 24 * 60 * minuteMs);
    service = serve();
    let looks = 0;
    jobs.watch(() => {
      looks += 1;
    });
    clock.tick(39 * 24 * 60 * minuteMs);
    assert.equal(jobs.describeExecution("j", "lot-1")?.status, "IN_PROGRESS");
    assert.equal(looks, 1, "once after 24 days, not all the time");
    clock.tick(24 * 60 * minuteMs + minuteMs);
    assert.equal(jobs.describeExecution("j", "lot-1")?.status, "TIMED_OUT");
  });
});
