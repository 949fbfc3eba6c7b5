package dev.heimdall.routing.threads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class DaemonThreadsTest {
  private static final Runnable NOTHING = () -> {};

  @Test
  void theyHaveNamesAndLetTheProcessEnd() {
    ThreadFactory named = DaemonThreads.named("feed");
    assertThat(named.newThread(NOTHING).getName()).isEqualTo("feed");
    assertThat(named.newThread(NOTHING).getName()).isEqualTo("feed");
    ThreadFactory numbered = DaemonThreads.numbered("probe");
    assertThat(numbered.newThread(NOTHING).getName()).isEqualTo("probe-1");
    assertThat(numbered.newThread(NOTHING).getName()).isEqualTo("probe-2");
    assertThat(named.newThread(NOTHING).isDaemon()).isTrue();
    assertThat(numbered.newThread(NOTHING).isDaemon()).isTrue();
  }
}
