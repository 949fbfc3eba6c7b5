package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StalePlan;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.postgres.FrontendType;
import dev.heimdall.engine.wire.postgres.PgError;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.AnonymousParse;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/**
 * Keeps a client's batch while the node answers its Parse from memory, and sends it once more when
 * the server finds that what it remembers is stale. That happens before anything of the batch was
 * executed, so the client does not notice.
 *
 * <p>Only batches that stand alone are eligible: outside a transaction, with nothing before them
 * unanswered and nothing behind, here as a whole up to their Sync, and with one Parse, which comes
 * first. A client that sends more before it has the answer waits once and is left alone from then
 * on.
 */
final class BatchReplay {
  private static final int MAX_BATCH = 16 * 1024;

  /** What a server says that writes only what a writer sends it. */
  private static final String READ_ONLY = "25006";

  private final ClientSession session;
  private final RequestReader requests;
  private final LoopSessions sessions;
  private ByteBuf kept;
  private int batchLength;
  private boolean absorbing;
  private boolean sent;
  private boolean again;
  private boolean pipelines;
  private boolean shared;
  private ActionParameters.Retry retry;

  /** The name that the Parse of the kept batch gives; null when there is none. */
  private byte[] named;

  private Failover failover = Failover.NONE;

  /** Whether a Parse of what is kept was answered from memory. */
  private boolean remembered;

  /** Whether what was absorbed said that what is remembered is stale. */
  private boolean stale;

  /** Whether the server has refused to write what is kept. */
  private boolean refusedToWrite;

  /** Whether a replica has failed what is kept in a way that the writer may not. */
  private boolean failedOnReplica;

  private int tries;
  private ByteBuf ahead;

  /** What may be done about the loss of the server that the kept statement was sent to. */
  private enum Failover {
    NONE,
    /** It changes data: it runs again when the server has said that it changed nothing. */
    WRITE,
    /** It changes nothing: it runs again when the client was told nothing of it. */
    READ,
    /** The same, and it was sent to a replica, which may not be able to answer it. */
    ON_REPLICA
  }

  BatchReplay(ClientSession session, RequestReader requests, LoopSessions sessions) {
    this.session = session;
    this.requests = requests;
    this.sessions = sessions;
  }

  /**
   * Whether the batch that begins with the Parse at the reader's position may be answered from
   * memory: if the text is one that comes back, and the batch can be sent again.
   */
  boolean mayReplay(ServerConnection server, ByteBuf input, int parseLength, StatementFacts facts) {
    if (again) {
      return true;
    }
    if (kept != null && !shared && failover == Failover.NONE) {
      return false; // for a rule
    }
    if (session.vdb().settings().vdb().prepared().anonymousParse() != AnonymousParse.AUTO
        || session.status() != 'I'
        || session.outstanding() > 0
        || pipelines
        || server.groupOpen()
        || !facts.effects().isEmpty()) {
      return false;
    }
    switch (facts.kind()) {
      case SELECT, DML -> {}
      default -> {
        return false;
      }
    }
    batchLength = standingAlone(input, parseLength);
    return batchLength > 0 && sessions.recurring().seenBefore(input, parseLength);
  }

  /** The length of the batch up to its Sync, or 0 when it is not one that can be kept. */
  private static int standingAlone(ByteBuf input, int parseLength) {
    int begin = input.readerIndex();
    int end = Math.min(input.writerIndex(), begin + MAX_BATCH);
    int at = begin + parseLength;
    while (end - at >= 5) {
      switch (input.getByte(at)) {
        case FrontendType.SYNC -> {
          return at + 5 == input.writerIndex() ? at + 5 - begin : 0;
        }
        case FrontendType.DESCRIBE -> {
          if (end - at < 6 || input.getByte(at + 5) == 'S') {
            return 0; // answered in part before the server looks whether the plan is stale
          }
        }
        case FrontendType.BIND, FrontendType.EXECUTE, FrontendType.CLOSE -> {}
        default -> {
          return 0;
        }
      }
      int length = input.getInt(at + 1);
      if (length < 4 || length >= end - at) {
        return 0;
      }
      at += length + 1;
    }
    return 0;
  }

  /** Keeps the batch at the reader's position until it is answered. */
  void keep(ByteBuf input) {
    remembered = true;
    if (shared || failover != Failover.NONE) {
      return; // it is kept
    }
    kept = input.retainedSlice(input.readerIndex(), batchLength);
    sent = false;
  }

  /** Keeps all that waits, which goes into the pipeline of a shared connection. */
  void keepShared(ByteBuf input) {
    if (kept != null) {
      kept.release(); // a server failed it; from here on the pipeline knows what to do about a loss
      failover = Failover.NONE;
    }
    kept = input.retainedSlice();
    shared = true;
    sent = false;
  }

  /** Whether the client sends more before it has the answer to what it sent before. */
  boolean pipelines() {
    return pipelines;
  }

  /** Has the reader read what is kept as if it had just come: nothing of it was answered. */
  void repeat() {
    ByteBuf batch = kept;
    kept = null;
    shared = false;
    absorbing = false;
    remembered = false;
    requests.readAgain(batch);
  }

  /** A Sync was sent: the batch, if one is kept, is complete. */
  void sent() {
    sent = true;
  }

  /** Whether what is being read was sent before, and answered in part. */
  boolean repeats() {
    return again;
  }

  /** Whether the Parse that is being read was answered to the client before. */
  boolean sendingAgain() {
    boolean was = again;
    again = false;
    return was;
  }

  /** Keeps what stands at the reader's position, because a rule may want it tried again. */
  void keepForRetry(ByteBuf input, ActionParameters.Retry rule) {
    if (retry == null && standsAlone() && keep(input, wholeStatement(input))) {
      retry = rule;
    }
  }

  /**
   * Keeps what stands at the reader's position, because the writer of a cluster may be lost, or be
   * none any more.
   *
   * @param reads whether it changes nothing
   */
  void keepForFailover(ByteBuf input, boolean reads) {
    if (!again && !pipelines && standsAlone() && keep(input, wholeStatement(input))) {
      failover = reads ? Failover.READ : Failover.WRITE;
      refusedToWrite = false;
    }
  }

  /** Keeps the read that stands alone at the reader's position and goes to a replica. */
  void keepForReplica(ByteBuf input) {
    if (!again
        && kept == null
        && keep(input, SingleStatement.length(input, ReplicaReads.MOST_BYTES))) {
      failover = Failover.ON_REPLICA;
      refusedToWrite = false;
    }
  }

  /** Whether nothing is kept, under way, or open before what stands at the reader's position. */
  private boolean standsAlone() {
    return kept == null
        && session.status() == 'I'
        && session.outstanding() == 0
        && !session.server().groupOpen();
  }

  /**
   * Keeps so much of what stands at the reader's position, to be sent for the first time.
   *
   * @return whether that is anything
   */
  private boolean keep(ByteBuf input, int length) {
    if (length <= 0) {
      return false;
    }
    kept = input.retainedSlice(input.readerIndex(), length);
    sent = false;
    named = nameGiven(input);
    tries = 0;
    return true;
  }

  private static int wholeStatement(ByteBuf input) {
    if (input.getByte(input.readerIndex()) == FrontendType.QUERY) {
      int length = 1 + input.getInt(input.readerIndex() + 1);
      return length <= MAX_BATCH && length == input.readableBytes() ? length : 0;
    }
    int at = input.readerIndex();
    boolean parse = input.getByte(at) == FrontendType.PARSE;
    return standingAlone(input, parse ? 1 + input.getInt(at + 1) : 0);
  }

  private static byte[] nameGiven(ByteBuf input) {
    int at = input.readerIndex() + 5;
    int end =
        input.getByte(at - 5) == FrontendType.PARSE
            ? input.indexOf(at, input.writerIndex(), (byte) 0)
            : at;
    if (end <= at) {
      return null;
    }
    byte[] name = new byte[end - at];
    input.getBytes(at, name);
    return name;
  }

  /** Whether the server's error, the first it says about the kept batch, stays between us. */
  boolean absorbs(PgError error, boolean told) {
    if (kept == null || session.outstanding() != 1) {
      return false;
    }
    if (retry != null) {
      absorbing = wantsRetry(error);
      return absorbing;
    }
    stale = (remembered || failover == Failover.NONE) && !told && StalePlan.is(error);
    boolean away = session.reads().away();
    refusedToWrite =
        failover != Failover.NONE && !away && !refusedToWrite && error.sqlState().equals(READ_ONLY);
    failedOnReplica =
        failover == Failover.ON_REPLICA && away && !stale && ReplicaTrouble.mayBe(error);
    if (stale) {
      giveAhead();
    }
    absorbing = stale || refusedToWrite || failedOnReplica;
    return absorbing;
  }

  /** Whether what was absorbed is what only a replica may have to say. */
  boolean failedOnReplica() {
    return absorbing && failedOnReplica;
  }

  /** Whether what was absorbed is a server's refusal to write. */
  boolean refusedToWrite() {
    return absorbing && refusedToWrite;
  }

  /**
   * Takes what the server says before it carries out a statement that may be tried again: the
   * client gets it when there is more.
   *
   * @param begun whether there is more
   */
  boolean takes(ByteBuf consumed, boolean begun) {
    if (retry == null && failover == Failover.NONE) {
      return false;
    }
    if (absorbing) {
      consumed.release();
      return true;
    }
    if (begun) {
      giveAhead();
      return false;
    }
    if (ahead == null) {
      ahead = session.channel().alloc().buffer(consumed.readableBytes());
    }
    ahead.writeBytes(consumed);
    consumed.release();
    return true;
  }

  private void giveAhead() {
    if (ahead != null) {
      ByteBuf held = ahead;
      ahead = null;
      session.write(held);
    }
  }

  private void dropAhead() {
    if (ahead != null) {
      ahead.release();
      ahead = null;
    }
  }

  private boolean wantsRetry(PgError error) {
    return tries < retry.maxRetries()
        && retry
            .exception()
            .map(part -> part.equals(error.sqlState()) || error.message().contains(part))
            .orElse(true);
  }

  /**
   * Whether a statement whose connection was lost is to be sent again.
   *
   * @param harmless whether it changes nothing, so that it does not matter if it was carried out
   */
  boolean survivesLoss(PgError error, boolean harmless) {
    if (kept == null || session.outstanding() != 1) {
      return false;
    }
    if (retry == null) {
      stale = false;
      boolean reads = failover == Failover.READ || failover == Failover.ON_REPLICA;
      absorbing = reads && session.loss().mayGoOn();
      return absorbing;
    }
    absorbing = (harmless || retry.repeatUncertain()) && wantsRetry(error);
    return absorbing;
  }

  /** How long to wait before the next try; null when it is for a stale plan. */
  Duration beforeRetry() {
    if (retry == null && (failover == Failover.NONE || stale)) {
      return null;
    }
    tries++;
    dropAhead();
    if (retry == null) {
      return Duration.ZERO;
    }
    return Duration.ofMillis(retry.retryDelay());
  }

  /** Tries what is kept again, and keeps it. */
  void tryAgain() {
    if (kept == null) {
      return; // the client has gone
    }
    absorbing = false;
    sent = false;
    if (named != null) {
      session.carried().names().remove(named); // else it would be taken
    }
    requests.readAgain(kept.retainedSlice());
  }

  /** Whether what the client has sent behind the batch must wait for the batch's answer. */
  boolean holdsBack() {
    if (kept != null && sent || absorbing) {
      pipelines = true;
      return true;
    }
    return false;
  }

  /** The server is ready again: the batch goes to the reader once more. */
  void sendAgain() {
    absorbing = false;
    again = kept.getByte(kept.readerIndex()) == FrontendType.PARSE;
    shared = false;
    failover = Failover.NONE;
    remembered = false;
    ByteBuf batch = kept;
    kept = null;
    requests.readAgain(batch);
  }

  /** The batch was answered, or will never be. */
  void forget() {
    absorbing = false;
    if (session.state() == ClientSession.State.CLOSED) {
      dropAhead();
    } else {
      giveAhead();
    }
    retry = null;
    failover = Failover.NONE;
    remembered = false;
    shared = false;
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }
}
