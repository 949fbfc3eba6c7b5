package dev.heimdall.launcher.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.heimdall.model.LogFormat;
import dev.heimdall.model.NodeSettings;
import org.slf4j.LoggerFactory;

/** Makes the log output what a configuration asks for. */
public final class Logging {
  private static final String JSON = "JSON";

  private Logging() {}

  /** Sets form and level. */
  public static void apply(NodeSettings settings) {
    level(settings);
    if (settings.logFormat() == LogFormat.JSON) {
      json();
    }
  }

  /** Sets the level, which may change while the node runs. */
  public static void level(NodeSettings settings) {
    level(Level.toLevel(settings.logLevel().name()));
  }

  /** Only warnings and errors: for a command that talks to the user itself. */
  public static void quiet() {
    level(Level.WARN);
  }

  private static void level(Level level) {
    root().setLevel(level);
  }

  /** One JSON object a line, from now on. */
  public static void json() {
    Logger root = root();
    if (root.getAppender(JSON) != null) {
      return;
    }
    LoggerContext context = root.getLoggerContext();
    JsonLines encoder = new JsonLines();
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName(JSON);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }
}
