package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreSettings;
import io.lettuce.core.resource.ClientResources;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StoreServersTest {
  private final Logger netty = (Logger) LoggerFactory.getLogger("io.netty");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final ClientResources resources = StoreDriver.resources();

  @BeforeEach
  void listen() {
    logged.start();
    netty.addAppender(logged);
  }

  @AfterEach
  void end() {
    netty.detachAppender(logged);
    StoreDriver.end(resources);
  }

  private StoreServers at(StoreMode mode, String server) {
    StoreSettings none = StoreSettings.defaults();
    return new StoreServers(
        new StoreSettings(List.of(server), mode, none.user(), none.password(), none.tls(), "test"),
        resources);
  }

  private static String closedPort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + free.getLocalPort();
    }
  }

  /** Waits until the driver has run what it does when a connection has taken too long. */
  private void untilTheDriversTimersHaveRun() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    resources
        .timer()
        .newTimeout(
            timeout -> over.countDown(),
            StoreDriver.PATIENCE.toMillis() + 200,
            TimeUnit.MILLISECONDS);
    assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
    for (EventExecutor executor : resources.eventExecutorGroup()) {
      executor.submit(() -> {}).awaitUninterruptibly();
    }
  }

  @Test
  void refusedConnectionsLogNoErrorWhenTheirTimeIsUp() throws Exception {
    String server = closedPort();
    for (StoreMode mode : StoreMode.values()) {
      assertThatThrownBy(() -> at(mode, server).connect()).as("%s", mode).isNotNull();
    }

    untilTheDriversTimersHaveRun();

    assertThat(logged.list)
        .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEmpty();
  }
}
