package dev.heimdall.engine.session.answer;

import dev.heimdall.engine.analytics.PatternCounts;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.cache.StoredAnswer;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.pipeline.Request;
import dev.heimdall.engine.pipeline.Responder;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.caching.AnswerRecorder;
import dev.heimdall.engine.session.caching.CachedReads;
import dev.heimdall.engine.session.caching.SampledReads;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.wire.TransactionState;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers reads by kept results. One that another session fetches, or that other nodes may have, is
 * waited for.
 */
public final class CachedAnswers implements Responder {
  private final ClientRequests control;
  private final CachedReads cached;
  private final SampledReads sampled;
  private final ClientTransaction transaction;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final CacheableRequests requests;
  private final Supplier<byte[]> text;
  private final Supplier<Map<String, RowKeys>> rows;
  private final Supplier<AnswerRecorder> recorder;

  public CachedAnswers(RequestParts parts, CacheableRequests requests) {
    this.control = parts.control();
    this.cached = parts.cached();
    this.sampled = cached.sampled();
    this.transaction = parts.transaction();
    this.lifecycle = parts.lifecycle();
    this.next = lifecycle.next();
    this.requests = requests;
    this.text = requests::text;
    this.rows = requests::rows;
    this.recorder = () -> requests.recorder(cached.largest());
  }

  @Override
  public Outcome answer(Request request) {
    ServerConnection server = request.server();
    return server == null ? answer(request, false) : beside(request, server);
  }

  private Outcome beside(Request request, ServerConnection server) {
    boolean begun = requests.begunAtServer(request);
    boolean asked = begun || (!server.groupOpen() && cached.mayAnswerInside());
    Outcome outcome = asked ? answer(request, begun) : Outcome.NEXT;
    if (outcome == Outcome.NEXT) {
      requests.passes(request);
    }
    return outcome;
  }

  private Outcome answer(Request request, boolean begun) {
    if (!cached.mayAnswer()) {
      if (!begun && isSampled()) {
        sample(request);
      }
      return Outcome.NEXT;
    }
    Uncached reason = requests.reason(request);
    if (reason != null) {
      requests.forget();
      cached.refused(reason);
      return Outcome.NEXT;
    }
    byte[] values = requests.values();
    StoredAnswer answer = find(values);
    if (answer == null && begun && cached.stopWaiting()) {
      answer = find(values);
    }
    if (answer != null) {
      requests.answered();
      lifecycle.settled();
      requests.answer(request, answer);
    }
    requests.forget();
    return answer != null ? Outcome.DONE : cached.waits() ? blocked() : Outcome.NEXT;
  }

  /** True if it is a read that no rule has cached, and is to be looked at. */
  private boolean isSampled() {
    Statement does = next.statement();
    if (does == null
        || !does.readOnly()
        || !next.onItsWay()
        || next.decision().cache().isPresent()
        || transaction.status() != TransactionState.IDLE) {
      return false;
    }
    PatternCounts counts = next.counts();
    return counts != null && counts.read();
  }

  private void sample(Request request) {
    if (next.onlyReads() && requests.reason(request) == null) {
      sampled.suited(requests.values(), requests.rows());
    }
    requests.forget();
  }

  private StoredAnswer find(byte[] values) {
    return cached.answer(
        next.exactHigh(),
        next.exactLow(),
        values,
        requests.describesColumns(),
        text,
        recorder,
        rows);
  }

  private Outcome blocked() {
    control.block();
    return Outcome.WAIT;
  }
}
