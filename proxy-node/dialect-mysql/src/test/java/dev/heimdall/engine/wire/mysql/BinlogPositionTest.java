package dev.heimdall.engine.wire.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import org.junit.jupiter.api.Test;

class BinlogPositionTest {
  private static BinlogPosition at(String server, String file, long offset) {
    return BinlogPosition.of(server, file, offset).orElseThrow();
  }

  @Test
  void filesAreCountedByTheirNumbers() {
    BinlogPosition here = at("a", "binlog.000009", 500);
    assertThat(here.covers(at("a", "binlog.000009", 500))).isTrue();
    assertThat(here.covers(at("a", "binlog.000009", 501))).isFalse();
    assertThat(at("a", "binlog.1000000", 4).covers(at("a", "binlog.999999", 9))).isTrue();
    assertThat(here.covers(Position.NONE)).isTrue();
    assertThat(here.behind(at("a", "binlog.000009", 700))).isEqualTo(200);
    assertThat(here.behind(at("a", "binlog.000010", 4))).isEqualTo(Position.UNKNOWN);
  }

  @Test
  void aPlaceIsPassedByOneFurtherInTheSameLog() {
    BinlogPosition here = at("7", "a:log.000009", 500);
    assertThat(here.isPassedBy(at("7", "a:log.000009", 501).spelled())).isTrue();
    assertThat(here.isPassedBy(at("7", "a:log.000010", 4).spelled())).isTrue();
    assertThat(here.isPassedBy(here.spelled())).isFalse();
    assertThat(here.isPassedBy(at("7", "a:log.000008", 900).spelled())).isFalse();
    assertThat(here.isPassedBy(at("8", "a:log.000010", 4).spelled())).isFalse();
    assertThat(here.isPassedBy(at("7", "b:log.000010", 4).spelled())).isFalse();
    for (String text : new String[] {"", "::::", "1:2:3", "x:4:7:a:log", "0-1-100"}) {
      assertThat(here.isPassedBy(text)).isFalse();
    }
  }

  @Test
  void logsOfTwoServersAreNeverCompared() {
    assertThat(at("a", "binlog.000009", 5).covers(at("b", "binlog.000001", 4))).isFalse();
    assertThat(at("a", "binlog.000009", 5).covers(at("a", "other.000001", 4))).isFalse();
    assertThat(BinlogPosition.of("a", "binlog", 4)).isEmpty();
    assertThat(BinlogPosition.of("a", null, 4)).isEmpty();
  }
}
