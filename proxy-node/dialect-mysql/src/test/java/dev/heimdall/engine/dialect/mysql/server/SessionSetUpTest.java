package dev.heimdall.engine.dialect.mysql.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionSetUpTest {
  private static final Handshake HANDSHAKE =
      new Handshake(
          DetachedMysql.MYSQL,
          7,
          new byte[Handshake.CHALLENGE],
          -1,
          45,
          2,
          "caching_sha2_password");
  private static final ServerTarget TARGET =
      new ServerTarget(
          null,
          null,
          "app",
          ServerCredential.withoutSecret("app"),
          new AgreedCapabilities(0),
          Map.of(),
          100);

  private static final Map<String, String> INITIAL =
      Map.of(
          "character_set_client", "utf8mb4",
          "character_set_results", "utf8mb4",
          "collation_connection", "utf8mb4_general_ci",
          "sql_mode", "ANSI");

  private static String change(String names, Map<String, String> from, Map<String, String> to) {
    return new SessionSetUp(HANDSHAKE, TARGET, INITIAL, names)
        .change(Variables.of(from), Variables.of(to), false)
        .toString();
  }

  private static String change(Map<String, String> from, Map<String, String> to) {
    return change("utf8mb4_general_ci", from, to);
  }

  @Test
  void namesComeAheadOfWhatWasSetBehindThem() {
    assertThat(change(Map.of(), Map.of("(names)", "latin1_bin", "character_set_results", "")))
        .isEqualTo("SET NAMES 'latin1' COLLATE 'latin1_bin',character_set_results=NULL");
    assertThat(
            change(
                Map.of("(names)", "latin1_bin", "character_set_results", ""),
                Map.of("(names)", "utf8mb4_bin", "character_set_results", "", "a", "1")))
        .isEqualTo("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_bin',character_set_results=NULL,a=1");
    assertThat(
            change(
                Map.of("(names)", "binary"),
                Map.of("(names)", "binary", "collation_connection", "latin1_bin")))
        .isEqualTo("SET collation_connection='latin1_bin'");
  }

  @Test
  void whatWasSetByItselfIsTakenBackByNames() {
    assertThat(change(Map.of("character_set_client", "latin1"), Map.of("sql_mode", "")))
        .isEqualTo("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci',sql_mode=''");
    assertThat(
            change(
                Map.of("(names)", "binary", "character_set_client", "latin1"),
                Map.of("(names)", "binary")))
        .isEqualTo("SET NAMES 'binary' COLLATE 'binary'");
    assertThat(change(Map.of("sql_mode", ""), Map.of())).isEqualTo("SET sql_mode='ANSI'");
  }

  /** What servers report of them they do not take back as a text. */
  @Test
  void valuesThatNoTextStandsForAreSetByTheirWords() {
    assertThat(change(Map.of(), Map.of("system_versioning_asof", "DEFAULT")))
        .isEqualTo("SET system_versioning_asof=DEFAULT");
    assertThat(change(Map.of(), Map.of("system_versioning_asof", "2020-01-01 00:00:00.000000")))
        .isEqualTo("SET system_versioning_asof='2020-01-01 00:00:00.000000'");
    for (String name :
        List.of(
            "default_tmp_storage_engine",
            "enforce_storage_engine",
            "external_table_storage_engine",
            "innodb_ft_user_stopword_table",
            "innodb_tmpdir")) {
      assertThat(change(Map.of(), Map.of(name, ""))).isEqualTo("SET " + name + "=NULL");
      assertThat(change(Map.of(), Map.of(name, "x"))).isEqualTo("SET " + name + "='x'");
    }
  }

  @Test
  void aLogInThatHasGivenNoOneCollationIsPutBackByItsVariables() {
    assertThat(change(null, Map.of("(names)", "binary"), Map.of("character_set_results", "latin1")))
        .isEqualTo(
            "SET character_set_client='utf8mb4',character_set_results='utf8mb4',"
                + "collation_connection='utf8mb4_general_ci',character_set_results='latin1'");
  }

  @Test
  void aCollationThatNobodyKnowsStays() {
    String unknown = StateChanges.doubt(1);
    assertThat(
            change(
                Map.of("character_set_client", "latin1", "collation_connection", unknown),
                Map.of("(names)", "koi8r_bin", "collation_connection", unknown)))
        .isEqualTo("SET character_set_client='koi8r',character_set_results='koi8r'");
  }
}
