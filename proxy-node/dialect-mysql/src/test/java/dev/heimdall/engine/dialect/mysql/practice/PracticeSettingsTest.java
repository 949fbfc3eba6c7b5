package dev.heimdall.engine.dialect.mysql.practice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.StateChanges;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A server that is practised with answers of settings what a server would. */
class PracticeSettingsTest {
  private final PracticeSettings settings = new PracticeSettings();

  /** One more or one less would be taken for that of another setting. */
  @Test
  void answersWithAsManyColumnsAsAsked() {
    assertThat(settings.asked("SELECT IFNULL(@@time_zone,''),NULL,IFNULL(@@autocommit,'') LIMIT 1"))
        .containsExactly("SYSTEM", null, "ON");
    assertThat(settings.asked("SELECT IFNULL(DATABASE(),''),@@session.autocommit AS a"))
        .containsExactly("practice", "ON");
  }

  @Test
  void reportsWhatIsSetAndNothingElse() {
    assertThat(reported(settings.set("SET autocommit=0"))).isEqualTo(Map.of("autocommit", "OFF"));
    assertThat(settings.autocommits()).isFalse();
    assertThat(reported(settings.set("SET autocommit=DEFAULT,time_zone='+00:00'")))
        .isEqualTo(Map.of("autocommit", "ON", "time_zone", "+00:00"));
    assertThat(reported(settings.set("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")))
        .isEqualTo(Map.of("transaction_isolation", "READ-COMMITTED"));
    assertThat(reported(settings.set("SET NAMES 'latin1' COLLATE 'latin1_bin'")))
        .isEqualTo(
            Map.of(
                "character_set_client",
                "latin1",
                "character_set_connection",
                "latin1",
                "character_set_results",
                "latin1",
                "collation_connection",
                "latin1_bin"));
  }

  private static Map<String, String> reported(byte[] changes) {
    Map<String, String> reported = new TreeMap<>();
    StateChanges.read(
        changes,
        new StateChanges.Receiver() {
          @Override
          public void variable(String name, String value) {
            reported.put(name, value);
          }
        });
    return reported;
  }
}
