package dev.heimdall.launcher.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.heimdall.model.LogFormat;
import dev.heimdall.model.NodeSettings;
import org.slf4j.LoggerFactory;

/** Makes the log output what a configuration asks for. */
public final class Logging {
  private static final String JSON = "JSON";

  private Logging() {}

  /** Sets form and level; may be called again after a reload. */
  public static void apply(NodeSettings settings) {
    level(Level.toLevel(settings.logLevel().name()));
    if (settings.logFormat() == LogFormat.JSON) {
      writeJson();
    }
  }

  /** Only warnings and errors: for a command that talks to the user itself. */
  public static void quiet() {
    level(Level.WARN);
  }

  private static void level(Level level) {
    root().setLevel(level);
  }

  private static void writeJson() {
    Logger root = root();
    if (root.getAppender(JSON) != null) {
      return;
    }
    LoggerContext context = root.getLoggerContext();
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    // The message is written once, formatted: not its pattern and arguments as well.
    encoder.setWithMessage(false);
    encoder.setWithFormattedMessage(true);
    encoder.setWithArguments(false);
    encoder.setWithContext(false);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
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
