package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Writes down what is logged as an error while this is open; on close there must be nothing. */
public final class NodeErrors extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  public NodeErrors() {
    setContext(root.getLoggerContext());
    start();
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    boolean netty = event.getLoggerName().startsWith("io.netty");
    if (event.getLevel().isGreaterOrEqual(netty ? Level.WARN : Level.ERROR)) {
      IThrowableProxy cause = event.getThrowableProxy();
      errors.add(
          event.getFormattedMessage()
              + (cause == null ? "" : "\n" + ThrowableProxyUtil.asString(cause)));
    }
  }

  @Override
  public void close() {
    root.detachAppender(this);
    stop();
    assertThat(errors.stream().limit(3)).as("errors in the node").isEmpty();
  }
}
