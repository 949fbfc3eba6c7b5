package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.state.TransactionReads;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * By which snapshots a client's transaction reads: by what its BEGIN says, by the session's default
 * if the client has set it, or by what the server says within the transaction. A server's own
 * default may be another one for each user, and change at any time.
 */
final class TransactionSnapshots {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final String LEVEL = "isolation level ";
  private static final String QUESTION = "SHOW transaction_isolation";
  private static final String QUERY = "SELECT 1";

  private final ClientTransaction transaction;
  private final CarriedSettings settings;
  private final LoggedInSession owner;

  TransactionSnapshots(
      ClientTransaction transaction, CarriedSettings settings, LoggedInSession owner) {
    this.transaction = transaction;
    this.settings = settings;
    this.owner = owner;
  }

  /** As far as that is known by now. */
  Snapshots now() {
    TransactionReads reads = transaction.reads();
    if (reads.found() != Snapshots.UNKNOWN || reads.begin() == null) {
      return reads.found();
    }
    String begin = reads.begin().toLowerCase(Locale.ROOT);
    if (begin.contains("--") || begin.contains("/*")) {
      return Snapshots.UNKNOWN;
    }
    String plain = SPACE.matcher(begin).replaceAll(" ");
    int level = plain.lastIndexOf(LEVEL);
    return level < 0
        ? of(settings.variables().get("default_transaction_isolation"))
        : of(plain.substring(level + LEVEL.length()));
  }

  /** The server is asked ahead of the statement that is sent next. */
  void ask(ServerConnection server) {
    // What is asked in one transaction says nothing of the next.
    TransactionReads reads = transaction.reads();
    server.query(
        QUESTION,
        new Ahead() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            List<List<String>> rows = error == null ? rows() : List.of();
            if (!rows.isEmpty()) {
              reads.found(of(rows.get(0).get(0)));
            }
            super.done(from, error);
          }
        });
  }

  /** The server runs a query ahead of the statement that is sent next. */
  void take(ServerConnection server) {
    server.query(QUERY, new Ahead());
  }

  /** To the client it is a part of its own statement, which follows. */
  private class Ahead extends InternalQuery {
    Ahead() {
      super(true);
    }

    @Override
    public ReplyOwner failsNext() {
      return owner;
    }

    @Override
    protected void done(ServerConnection from, ServerError error) {
      owner.quietDone(from);
    }
  }

  /**
   * @param level and perhaps more; null where it is not known
   */
  private static Snapshots of(String level) {
    if (level == null) {
      return Snapshots.UNKNOWN;
    }
    String name = level.toLowerCase(Locale.ROOT);
    if (name.startsWith("read committed") || name.startsWith("read uncommitted")) {
      return Snapshots.OF_STATEMENT; // to PostgreSQL the two are the same
    }
    return name.startsWith("repeatable read") || name.startsWith("serializable")
        ? Snapshots.OF_TRANSACTION
        : Snapshots.UNKNOWN;
  }
}
