package dev.heimdall.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.ServerAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemoConfigurationTest {
  @ParameterizedTest
  @EnumSource
  void theSampleConfigurationIsValidWithThePortsOfTheDemo(DemoEngine engine) throws Exception {
    Path directory;
    try (DemoConfiguration written = DemoConfiguration.write(engine, new DemoPorts(7000))) {
      directory = written.directory();

      Configuration read = ConfigurationReader.read(directory);

      assertThat(read.vdbs().get("shop").ports()).containsExactly(7000);
      assertThat(read.sources().get("shop").hosts())
          .extracting(ServerAddress::port)
          .containsExactly(7001, 7002, 7003);
      assertThat(read.node().http().port()).isEqualTo(7009);
      assertThat(read.node().adminDatabase()).isEqualTo("heimdall");
      assertThat(read.users().get("admin").admin()).isTrue();
      assertThat(read.users().get("shop").admin()).isFalse();
    }
    assertThat(directory).doesNotExist();
  }

  @Test
  void onlyTheDemosPortsMove() {
    assertThat(DemoConfiguration.moved("5050 15051 50510 5059 127.0.0.1:5051", new DemoPorts(6100)))
        .isEqualTo("6100 15051 50510 6109 127.0.0.1:6101");
  }
}
