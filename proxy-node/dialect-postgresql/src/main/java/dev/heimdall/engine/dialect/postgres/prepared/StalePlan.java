package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import dev.heimdall.engine.wire.postgres.PgWriter;
import io.netty.buffer.ByteBuf;

/**
 * PostgreSQL's refusal to run a prepared statement whose result has changed. The node has the
 * server raise it where the server itself lacks the old plan; what then comes from the server is
 * made to look as if the plan had been there. Drivers go by the routine's name.
 */
public final class StalePlan {
  public static final ServerError ERROR =
      ServerError.error("0A000", "cached plan must not change result type");

  /** The routine of the server in which a RAISE of PL/pgSQL is carried out. */
  private static final String RAISED = "\0Rexec_stmt_raise\0";

  private StalePlan() {}

  /** True if an error is this one, be it the server's or raised for the node. */
  public static boolean is(ServerError error) {
    return error.sqlState().equals(ERROR.sqlState()) && error.message().contains("cached plan");
  }

  /**
   * @param fields the message as it came, one character for each byte
   */
  public static boolean raised(ServerError error, String fields) {
    return error.sqlState().equals(ERROR.sqlState())
        && error.message().equals(ERROR.message())
        && fields.contains(RAISED);
  }

  /** The message as PostgreSQL sends it, but for the line of its source. */
  public static void encode(ByteBuf out) {
    int start = PgWriter.begin(out, BackendType.ERROR);
    PgWriter.string(out, "SERROR");
    PgWriter.string(out, "VERROR");
    PgWriter.string(out, "C" + ERROR.sqlState());
    PgWriter.string(out, "M" + ERROR.message());
    PgWriter.string(out, "Fplancache.c");
    PgWriter.string(out, "RRevalidateCachedQuery");
    out.writeByte(0);
    PgWriter.end(out, start);
  }
}
