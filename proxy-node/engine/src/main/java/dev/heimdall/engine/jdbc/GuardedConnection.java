package dev.heimdall.engine.jdbc;

import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ServerAddress;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A connection to a writer that has to be confirmed: each statement and each commit asks whether it
 * still is, and fails before anything leaves the node if not.
 */
final class GuardedConnection implements InvocationHandler {
  private final Object guarded;
  private final ServerAddress server;
  private final WriterGuard guard;

  private GuardedConnection(Object guarded, ServerAddress server, WriterGuard guard) {
    this.guarded = guarded;
    this.server = server;
    this.guard = guard;
  }

  static Connection of(Connection made, ServerAddress server, WriterGuard guard) {
    return (Connection) around(Connection.class, made, server, guard);
  }

  private static Object around(
      Class<?> type, Object guarded, ServerAddress server, WriterGuard guard) {
    return Proxy.newProxyInstance(
        GuardedConnection.class.getClassLoader(),
        new Class<?>[] {type},
        new GuardedConnection(guarded, server, guard));
  }

  /** The error of a statement for a writer that nothing confirms. */
  static SQLException fenced() {
    return new SQLException(
        "nothing outside its region confirms the writer of the global cluster, so that it takes no"
            + " writes (cluster.failover.fence)",
        Sqlstate.CANNOT_CONNECT_NOW);
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    String name = method.getName();
    boolean writes =
        name.startsWith("execute")
            || name.equals("commit")
            || name.equals("setAutoCommit")
            || name.equals("unwrap");
    if (guard.bars(server)) {
      if (writes) {
        throw fenced();
      }
      if (name.equals("isValid")) {
        return false;
      }
    }
    try {
      Object result = method.invoke(guarded, arguments);
      return result instanceof Statement && method.getDeclaringClass() == Connection.class
          ? around(method.getReturnType(), result, server, guard)
          : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
