package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenFilesTest {
  @Test
  void allClientsAreLetInWhereThereAreFilesForThem() {
    OpenFiles files = new OpenFiles(10_000 + 90 + 20 + OpenFiles.RESERVE, 90, 20);

    assertThat(files.clients(10_000)).isEqualTo(10_000);
    assertThat(files.warning(10_000)).isEmpty();
  }

  @Test
  void fewerClientsAreLetInThanThereAreFilesAndTheNumbersAreSaid() {
    OpenFiles files = new OpenFiles(1024, 100, 20);

    assertThat(files.clients(10_000)).isEqualTo(804);
    assertThat(files.warning(10_000).orElseThrow())
        .contains(
            "may have 1024 files open: 804 clients are let in",
            "10220 are needed (10000 for maxClients, 20 for server connections, 100 in use, 100 in reserve)",
            "raise ulimit -n");
  }

  @Test
  void withoutALimitOfClientsThereIsThatOfFiles() {
    OpenFiles files = new OpenFiles(1024, 100, 20);

    assertThat(files.clients(0)).isEqualTo(804);
    assertThat(files.warning(0)).isEmpty();
  }

  @Test
  void clientsGetTheirPartHoweverManyServerConnectionsThereMayBe() {
    assertThat(new OpenFiles(256, 100, 100).clients(10_000)).isEqualTo(64);
  }

  @Test
  void whereTheLimitIsNotKnownThereIsNone() {
    assertThat(new OpenFiles(0, 0, 20).clients(10_000)).isEqualTo(10_000);
    assertThat(new OpenFiles(0, 0, 20).clients(0)).isZero();
  }
}
