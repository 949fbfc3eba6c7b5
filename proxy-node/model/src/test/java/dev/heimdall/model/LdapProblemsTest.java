package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The directory that decides on log-ins, and the rules that ask it. */
class LdapProblemsTest {
  private static final String BASE = "\"searchBase\": \"dc=example\"";

  @TempDir Path dir;

  @BeforeEach
  void rightConfiguration() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    ldap("\"servers\": [\"ldaps://dc1\"], " + BASE);
    auth("{\"users\": [\"nobody-here\"], \"method\": \"ldap\", \"groups\": [\"dba\"]}");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void ldap(String settings) throws IOException {
    write("node.json", "{\"ldap\": {" + settings + "}}");
  }

  private void auth(String rule) throws IOException {
    write(
        "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\", \"auth\": [" + rule + "]}");
  }

  private List<String> problems() {
    return Problems.withoutPlaces(() -> ConfigurationReader.read(dir));
  }

  @Test
  void usersOfADirectoryNeedNoDocument() throws Exception {
    assertThat(problems()).isEmpty();
    LdapSettings read = ConfigurationReader.read(dir).node().ldap();
    assertThat(read.any()).isTrue();
    assertThat(LdapServer.parse("ldap://[::1]:1389/").toString()).isEqualTo("ldap://[::1]:1389");
    assertThat(LdapServer.parse("ldaps://dc1")).isEqualTo(new LdapServer("dc1", 636, true));
    assertThat(LdapServer.parse("ldap://dc1")).isEqualTo(new LdapServer("dc1", 389, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"servers\": [\"dc1\"] | servers[0]: got \"dc1\", expected \"ldaps://host\" or"
            + " \"ldap://host\", with or without a port",
        "\"servers\": [\"ldap://dc1:0\"] | servers[0]: got \"ldap://dc1:0\", expected"
            + " \"ldaps://host\" or \"ldap://host\", with or without a port",
        "\"servers\": [\"ldap://dc1\"] | searchBase: got nothing, expected the entry below which"
            + " users are found, or a distinguished name as \"userDn\", such as"
            + " \"uid={user},ou=people,dc=example,dc=com\"",
        "\"servers\": [\"ldap://dc1\"], \"userDn\": \"{user}@example.com\" | searchBase: got"
            + " nothing, expected the entry below which users are found, or a distinguished name"
            + " as \"userDn\", such as \"uid={user},ou=people,dc=example,dc=com\"",
        "\"servers\": [\"ldap://dc1\"], \"userDn\": \"uid=bob,dc=net\" | userDn: got"
            + " \"uid=bob,dc=net\", expected a name with {user} for the user name",
        "\"servers\": [\"ldap://dc1\"], \"searchBase\": \"\", \"bindDn\": \"cn=x\" | bindPassword:"
            + " got nothing, expected the password of \"bindDn\": a bind without one is anonymous",
        "\"servers\": [\"ldap://dc1\"], \"searchBase\": \"\", \"bindPassword\": \"x\" | bindDn: got"
            + " nothing, expected whom \"bindPassword\" is the password of",
        "\"servers\": [\"ldap://dc1\"], \"searchBase\": \"\", \"searchFilter\": \"(uid=bob)\" |"
            + " searchFilter: got \"(uid=bob)\", expected a filter with {user} for the user name",
        "\"servers\": [\"ldap://dc1\"], \"searchBase\": \"\", \"searchFilter\": \"uid={user}\" |"
            + " searchFilter: got \"uid={user}\", expected a filter in parentheses, such as"
            + " \"(uid={user})\"",
      })
  void whatDoesNotLeadToAUserIsNamed(String settings, String problem) throws IOException {
    ldap(settings);
    assertThat(problems()).contains("node.json $.ldap." + problem);
  }

  @Test
  void aRuleNeedsADirectoryAndGroupsNeedItsMethod() throws IOException {
    write("node.json", "{}");
    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.auth[0].method: got \"ldap\", expected another method, or the"
                + " directory's servers as \"ldap.servers\" in node.json");
    auth("{\"method\": \"md5\", \"groups\": [\"dba\"]}");
    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.auth[0].groups: got groups with the method \"md5\", expected no"
                + " groups, or the method \"ldap\": only a directory knows them");
  }
}
