package dev.heimdall.directory;

import static dev.heimdall.directory.DirectoryServer.person;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.directory.DirectoryAnswer.Accepted;
import dev.heimdall.directory.DirectoryAnswer.Rejected;
import dev.heimdall.directory.DirectoryAnswer.Unavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Log-ins at a real directory server. */
class LdapDirectoryTest {
  private static final String PEOPLE = "ou=people,dc=example,dc=com";
  private static final String GROUPS = "ou=groups,dc=example,dc=com";

  @TempDir private static Path files;
  private static DirectoryServer server;
  private static Path authority;

  private final AtomicLong clock = new AtomicLong();
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void start() throws Exception {
    authority = DirectoryServer.authority(files);
    server =
        new DirectoryServer(
            person(
                "uid=alice," + PEOPLE,
                "alice",
                "alice-secret",
                "memberOf: cn=reports\\, east," + GROUPS,
                "memberOf: CN=Entwickler Süd," + GROUPS,
                "memberOf: plain"),
            person("uid=bob," + PEOPLE, "bob", "bob-secret"),
            person(
                "cn=carol.ext," + PEOPLE,
                "carol",
                "carol-secret",
                "cn: carol.ext",
                "mail: carol@example.com"),
            person("cn=Müller\\, Jörg," + PEOPLE, "jörg", "pässwörd"),
            person("uid=twin,ou=people,dc=example,dc=com", "twin", "twin-secret"),
            person("cn=other twin,ou=people,dc=example,dc=com", "twin", "twin-secret"),
            person("uid=far,ou=groups,dc=example,dc=com", "far", "far-secret"),
            "dn: cn=admins,%s\nobjectClass: group\ncn: admins\nmember: uid=bob,%s"
                .formatted(GROUPS, PEOPLE),
            "dn: cn=writers,%s\nobjectClass: group\ncn: writers\nmember: cn=Müller\\, Jörg,%s"
                .formatted(GROUPS, PEOPLE));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private LdapDirectory directory(Settings settings) throws IOException {
    return new LdapDirectory(settings.made(), new Heard(), clock::get);
  }

  private final class Heard implements DirectoryEvents {
    @Override
    public void unavailable(String which, String why) {
      events.add("unavailable " + which + " " + why);
    }

    @Override
    public void available(String which) {
      events.add("available " + which);
    }

    @Override
    public void unusable(String user, String why) {
      events.add("unusable " + user + " " + why);
    }
  }

  private static Settings searching() {
    return new Settings(authority, server.plain());
  }

  private static Accepted in(String... groups) {
    return new Accepted(List.of(groups));
  }

  @Test
  void whoIsFoundAndBindsIsAcceptedWithItsGroupsByStartTlsAndByLdaps() throws Exception {
    for (String url : List.of(server.plain(), server.tls())) {
      LdapDirectory directory = directory(new Settings(authority, url));
      assertThat(directory.ask("alice", "alice-secret"))
          .isEqualTo(in("reports, east", "Entwickler Süd", "plain"));
      assertThat(directory.ask("bob", "bob-secret")).isEqualTo(in());
      assertThat(directory.ask("jörg", "pässwörd")).isEqualTo(in());
    }
    assertThat(events).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody",
        "*",
        "ali*",
        "alice)(uid=*",
        "*)(|(uid=*",
        "alice\\2a",
        "ALICE",
        "alice ",
        " alice",
        "alice\u0000",
        "far",
        "{user}",
        "{dn}"
      })
  void namesThatAreNoUsersOfThatVeryNameAreRejected(String user) throws Exception {
    assertThat(directory(searching()).ask(user, "alice-secret")).isEqualTo(new Rejected());
    assertThat(directory(searching()).ask(user, "far-secret")).isEqualTo(new Rejected());
  }

  @Test
  void wrongAndEmptyPasswordsAreRejectedAndTheLatterNeverSent() throws Exception {
    LdapDirectory directory = directory(searching());
    assertThat(directory.ask("alice", "bob-secret")).isEqualTo(new Rejected());
    int before = server.binds().size();
    assertThat(directory.ask("alice", "")).isEqualTo(new Rejected());
    assertThat(directory.ask("alice", "\u0000")).isEqualTo(new Rejected());
    assertThat(directory.ask("alice", "alice-secret\u0000x")).isEqualTo(new Rejected());
    assertThat(directory.ask("", "alice-secret")).isEqualTo(new Rejected());
    assertThat(server.binds()).hasSize(before);
  }

  @Test
  void aNameThatSeveralHaveIsNobodys() throws Exception {
    assertThat(directory(searching()).ask("twin", "twin-secret")).isEqualTo(new Rejected());
    assertThat(events).containsExactly("unusable twin several entries match \"searchFilter\"");
  }

  @Test
  void groupsMayBeSearchedFor() throws Exception {
    Settings settings = searching();
    settings.groupBase = Optional.of(GROUPS);
    assertThat(directory(settings).ask("bob", "bob-secret")).isEqualTo(in("admins"));
    assertThat(directory(settings).ask("jörg", "pässwörd")).isEqualTo(in("writers"));
    assertThat(directory(settings).ask("alice", "alice-secret")).isEqualTo(in());
  }

  @Test
  void usersMayBindByTheirOwnName() throws Exception {
    Settings settings = searching();
    settings.bindDn = Optional.empty();
    settings.searchBase = Optional.empty();
    settings.userDn = Optional.of("uid={user}," + PEOPLE);
    LdapDirectory directory = directory(settings);
    assertThat(directory.ask("alice", "alice-secret"))
        .isEqualTo(in("reports, east", "Entwickler Süd", "plain"));
    for (String user :
        List.of(
            "ALICE", "alice,ou=people", "alice+cn=x", "far", "alice," + PEOPLE + "#", "nobody")) {
      assertThat(directory.ask(user, "alice-secret")).as(user).isEqualTo(new Rejected());
    }
    assertThat(events).hasSize(1).first().asString().startsWith("unusable ALICE ");

    settings.userDn = Optional.of("cn={user}," + PEOPLE);
    settings.groupBase = Optional.of(GROUPS);
    settings.searchBase = Optional.of(PEOPLE);
    settings.searchFilter = "(cn={user})";
    assertThat(directory(settings).ask("Müller, Jörg", "pässwörd")).isEqualTo(in("writers"));
  }

  @Test
  void aNameIsComparedToTheLetterAlsoWhereItIsAPartOfAValue() throws Exception {
    Settings settings = searching();
    settings.searchFilter = "(&(objectClass=person)(mail={user}@example.com))";
    LdapDirectory directory = directory(settings);
    assertThat(directory.ask("carol", "carol-secret")).isEqualTo(in());
    assertThat(directory.ask("CAROL", "carol-secret")).isEqualTo(new Rejected());
    assertThat(directory.ask("carol@example.com", "carol-secret")).isEqualTo(new Rejected());

    settings.bindDn = Optional.empty();
    settings.searchBase = Optional.empty();
    settings.userDn = Optional.of("cn={user}.ext," + PEOPLE);
    directory = directory(settings);
    assertThat(directory.ask("carol", "carol-secret")).isEqualTo(in());
    assertThat(directory.ask("CAROL", "carol-secret")).isEqualTo(new Rejected());
    assertThat(directory.ask("carol ", "carol-secret")).isEqualTo(new Rejected());
  }

  @ParameterizedTest
  @ValueSource(strings = {"(uid={user}*)", "(!(uid={user}))", "(uid~={user})", "(uid>={user})"})
  void aFilterThatComparesNothingWithTheNameIsRejected(String filter) {
    Settings settings = searching();
    settings.searchFilter = filter;
    assertThatThrownBy(() -> DirectoryLogIns.check(settings.made()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "ldap.searchFilter: \"%s\" has no attribute that is equal to a value with {user}, as"
                    .formatted(filter)
                + " (uid={user}) has");
  }

  @Test
  void aServerThatIsNotTheOneOfTheCertificateGetsNoPassword() throws Exception {
    Path other = Files.writeString(files.resolve("none.pem"), "nothing");
    assertThatThrownBy(() -> directory(new Settings(other, server.plain())))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("ldap.caFile: " + other + " does not hold certificates");

    for (String url : List.of(server.plain(), server.tls())) {
      int before = server.binds().size();
      LdapDirectory untrusting = directory(new Settings(null, url));
      assertThat(untrusting.ask("alice", "alice-secret")).isInstanceOf(Unavailable.class);
      LdapDirectory ofAnotherName =
          directory(new Settings(authority, url.replace("127.0.0.1", "127.0.0.2")));
      assertThat(ofAnotherName.ask("alice", "alice-secret")).isInstanceOf(Unavailable.class);
      assertThat(server.binds()).hasSize(before);
    }
  }

  @Test
  void onlyWhereItIsToldToDoesItGoWithoutTls() throws Exception {
    Settings settings = new Settings(null, server.plain());
    settings.startTls = false;
    assertThat(directory(settings).ask("bob", "bob-secret")).isEqualTo(in());
  }

  @Test
  void theNextServerIsAskedWhereOneIsSilentOrNotThereAndGoesFirstForAWhile() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        ServerSocket closed = new ServerSocket(0)) {
      closed.close();
      Settings settings =
          new Settings(
              authority,
              "ldap://127.0.0.1:" + silent.getLocalPort(),
              "ldaps://127.0.0.1:" + closed.getLocalPort(),
              server.plain());
      settings.timeout = Duration.ofSeconds(2);
      LdapDirectory directory = directory(settings);
      assertThat(directory.ask("bob", "bob-secret")).isEqualTo(in());
      assertThat(events).hasSize(2).allMatch(event -> event.startsWith("unavailable ldap"));
      silent.accept().close();

      assertThat(directory.ask("bob", "wrong")).isEqualTo(new Rejected());
      silent.setSoTimeout(1);
      assertThatThrownBy(silent::accept).isInstanceOf(IOException.class); // nobody has come again

      clock.addAndGet(TimeUnit.SECONDS.toNanos(31));
      assertThat(directory.ask("bob", "bob-secret")).isEqualTo(in());
      silent.setSoTimeout(20_000);
      silent.accept().close();
      assertThat(events).as("each is reported once").hasSize(2);
    }
  }

  @Test
  void whereNoneDecidesNothingIsKnown() throws Exception {
    Settings settings = searching();
    settings.bindPassword = "wrong";
    assertThat(directory(settings).ask("alice", "alice-secret"))
        .isInstanceOfSatisfying(
            Unavailable.class,
            answer -> assertThat(answer.why()).contains("rejects \"bindDn\" (invalid credentials"));

    Settings lost = searching();
    lost.searchBase = Optional.of("ou=nowhere,dc=example,dc=com");
    assertThat(directory(lost).ask("alice", "alice-secret"))
        .isInstanceOfSatisfying(
            Unavailable.class,
            answer -> assertThat(answer.why()).contains("cannot search \"searchBase\""));
  }

  @Test
  void settingsThatMeanNothingAreNamed() {
    Settings filter = searching();
    filter.searchFilter = "(uid={user}))(";
    assertThatThrownBy(() -> DirectoryLogIns.check(filter.made()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("ldap.searchFilter: ");
    Settings base = searching();
    base.groupBase = Optional.of("groups");
    assertThatThrownBy(() -> DirectoryLogIns.check(base.made()))
        .hasMessageStartingWith("ldap.groupBase: ");
    Settings own = searching();
    own.userDn = Optional.of("uid={user},people");
    assertThatThrownBy(() -> DirectoryLogIns.check(own.made()))
        .hasMessageStartingWith("ldap.userDn: ");
  }
}
