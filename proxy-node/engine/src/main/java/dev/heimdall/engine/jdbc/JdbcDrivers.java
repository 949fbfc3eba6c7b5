package dev.heimdall.engine.jdbc;

import dev.heimdall.model.Engine;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.ServiceLoader;

/** The drivers on the class path. */
public final class JdbcDrivers {
  private static final List<JdbcDriver> FOUND =
      ServiceLoader.load(JdbcDriver.class, JdbcDriver.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private JdbcDrivers() {}

  /** That of an engine. */
  static JdbcDriver of(Engine engine) {
    return FOUND.stream()
        .filter(driver -> driver.engine().equals(engine))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no driver of the engine \"" + engine.spelling() + "\" is on the class path"));
  }

  /** True if a server of an engine has refused user and password. */
  public static boolean isRefusal(Engine engine, SQLException failure) {
    return of(engine).isRefusal(failure);
  }

  /** True if a server of any engine has refused user and password. */
  public static boolean isRefusal(SQLException failure) {
    return FOUND.stream().anyMatch(driver -> driver.isRefusal(failure));
  }

  /**
   * Returns the message of the server or the driver, without details, which go over several lines.
   */
  public static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !isComplete(cause)) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  private static boolean isComplete(Throwable failure) {
    return FOUND.stream().anyMatch(driver -> driver.isComplete(failure));
  }

  /**
   * Returns the server's message, which a batch's exception may have as its cause; null when there
   * is none.
   */
  public static String fromServer(SQLException failure) {
    boolean batch = failure instanceof BatchUpdateException && failure.getCause() != null;
    Throwable cause = batch ? failure.getCause() : failure;
    for (JdbcDriver driver : FOUND) {
      if (driver.isComplete(cause)) {
        return driver.fromServer(cause);
      }
    }
    return failure.getErrorCode() == 0 ? null : failure.getMessage();
  }
}
