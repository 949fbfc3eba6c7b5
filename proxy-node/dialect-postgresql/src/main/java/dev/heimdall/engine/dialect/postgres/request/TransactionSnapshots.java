package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ReplyOwner;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.state.CarriedSettings;
import dev.heimdall.engine.session.state.ClientTransaction;
import dev.heimdall.engine.session.state.LoggedInSession;
import dev.heimdall.engine.session.state.Snapshots;
import dev.heimdall.engine.session.state.TransactionReads;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.wire.ServerError;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * By which snapshots a client's transaction reads: by what its BEGIN says, by the session's default
 * if the client has set it, or by what the server says within the transaction. A server's own
 * default may be another one for each user: what it has said in one transaction holds for others as
 * long as the catalogue, which has the settings that sessions begin with, is the same.
 */
final class TransactionSnapshots {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final String DEFAULT = "default_transaction_isolation";
  private static final String LEVEL = "isolation level ";
  private static final String QUESTION = "SHOW transaction_isolation";
  private static final String QUERY = "SELECT 1";

  private final ClientTransaction transaction;
  private final CarriedSettings settings;
  private final LoggedInSession owner;
  private final NextStatement next;
  private final Destinations destinations;

  TransactionSnapshots(RequestParts parts) {
    transaction = parts.transaction();
    settings = parts.carried().settings();
    owner = parts.client().owner();
    next = parts.lifecycle().next();
    destinations = parts.destinations();
  }

  /** As far as that is known by now. */
  Snapshots now() {
    TransactionReads reads = transaction.reads();
    if (reads.found() != Snapshots.UNKNOWN || reads.begin() == null) {
      return reads.found();
    }
    String level = level(reads.begin());
    if (!level.isEmpty()) {
      return of(level);
    }
    String chosen = settings.variables().get(DEFAULT);
    if (chosen != null) {
      return of(chosen);
    }
    Catalogue.Edition same = leftToServer();
    if (same != null && same == next.judgedBy() && same.isCommittedReader(user())) {
      reads.found(Snapshots.OF_STATEMENT);
    }
    return reads.found();
  }

  /** Level that a BEGIN names, with what is behind it; empty for none. */
  private static String level(String begin) {
    String lower = begin.toLowerCase(Locale.ROOT);
    if (lower.contains("--") || lower.contains("/*")) {
      return "unknown";
    }
    String plain = SPACE.matcher(lower).replaceAll(" ");
    int level = plain.lastIndexOf(LEVEL);
    return level < 0 ? "" : plain.substring(level + LEVEL.length());
  }

  /**
   * The catalogue at the beginning of the transaction, if its session leaves the level of a BEGIN
   * that names none to the server; else null.
   */
  private Catalogue.Edition leftToServer() {
    boolean chosen =
        settings.variables().get(DEFAULT) != null || settings.touched().contains(DEFAULT);
    return chosen ? null : transaction.reads().begunIn();
  }

  private String user() {
    return destinations.home().key().credential().user();
  }

  /** The server is asked ahead of the statement that is sent next. */
  void ask(ServerConnection server) {
    TransactionReads reads = transaction.reads();
    boolean named = reads.begin() == null || !level(reads.begin()).isEmpty();
    Catalogue.Edition usual = named ? null : leftToServer();
    String user = user();
    server.query(
        QUESTION,
        new Ahead() {
          @Override
          protected void done(ServerConnection from, ServerError error) {
            List<List<String>> rows = error == null ? rows() : List.of();
            if (!rows.isEmpty()) {
              reads.found(of(rows.get(0).get(0)));
              if (usual != null && reads.found() == Snapshots.OF_STATEMENT) {
                usual.readsCommitted(user);
              }
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
   * @param level and perhaps more
   */
  private static Snapshots of(String level) {
    String name = level.toLowerCase(Locale.ROOT);
    if (name.startsWith("read committed") || name.startsWith("read uncommitted")) {
      return Snapshots.OF_STATEMENT; // to PostgreSQL the two are the same
    }
    return name.startsWith("repeatable read") || name.startsWith("serializable")
        ? Snapshots.OF_TRANSACTION
        : Snapshots.UNKNOWN;
  }
}
