package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
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

  private final ClientSession session;
  private final RequestReader requests;
  private final LoopSessions sessions;
  private ByteBuf kept;
  private int batchLength;
  private boolean absorbing;
  private boolean sent;
  private boolean again;
  private boolean pipelines;
  private ActionParameters.Retry retry;
  private int tries;
  private ByteBuf ahead;

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
    if (kept != null) {
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
    kept = input.retainedSlice(input.readerIndex(), batchLength);
    sent = false;
  }

  /** A Sync was sent: the batch, if one is kept, is complete. */
  void sent() {
    sent = true;
  }

  /** Whether the Parse that is being read was answered to the client before. */
  boolean sendingAgain() {
    boolean was = again;
    again = false;
    return was;
  }

  /** Keeps what stands at the reader's position, because a rule may want it tried again. */
  void keepForRetry(ByteBuf input, ActionParameters.Retry rule) {
    if (retry != null
        || kept != null
        || session.status() != 'I'
        || session.outstanding() > 0
        || session.server().groupOpen()) {
      return;
    }
    int length = wholeStatement(input);
    if (length > 0) {
      kept = input.retainedSlice(input.readerIndex(), length);
      sent = false;
      retry = rule;
      tries = 0;
    }
  }

  private static int wholeStatement(ByteBuf input) {
    if (input.getByte(input.readerIndex()) == FrontendType.QUERY) {
      int length = 1 + input.getInt(input.readerIndex() + 1);
      return length <= MAX_BATCH && length == input.readableBytes() ? length : 0;
    }
    int at = input.readerIndex();
    if (input.getByte(at) != FrontendType.PARSE) {
      return standingAlone(input, 0);
    }
    // A name would be taken the second time.
    return input.getByte(at + 5) == 0 ? standingAlone(input, 1 + input.getInt(at + 1)) : 0;
  }

  /** Whether the server's error, the first it says about the kept batch, stays between us. */
  boolean absorbs(PgError error, boolean told) {
    if (kept == null || session.outstanding() != 1) {
      return false;
    }
    absorbing = retry == null ? !told && ClientSession.isStalePlan(error) : wantsRetry(error);
    return absorbing;
  }

  /**
   * Takes what the server says before it carries out a statement that may be tried again: the
   * client gets it when there is more.
   *
   * @param begun whether there is more
   */
  boolean takes(ByteBuf consumed, boolean begun) {
    if (retry == null) {
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
    if (kept == null || retry == null || session.outstanding() != 1) {
      return false;
    }
    absorbing = (harmless || retry.repeatUncertain()) && wantsRetry(error);
    return absorbing;
  }

  /** How long to wait before the next try; null when it is no rule's try. */
  Duration beforeRetry() {
    if (retry == null) {
      return null;
    }
    tries++;
    dropAhead();
    return Duration.ofMillis(retry.retryDelay());
  }

  /** Tries what is kept again, and keeps it. */
  void tryAgain() {
    if (kept == null) {
      return; // the client has gone
    }
    absorbing = false;
    sent = false;
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
    again = true;
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
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }
}
