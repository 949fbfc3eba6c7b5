package dev.heimdall.directory;

import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of a directory, with what a test wants of them. */
final class Settings {
  List<String> servers;
  boolean startTls = true;
  Optional<Path> caFile = Optional.empty();
  Optional<String> userDn = Optional.empty();
  Optional<String> bindDn = Optional.of(DirectoryServer.SEARCHER);
  String bindPassword = "search-secret";
  Optional<String> searchBase = Optional.of("ou=people,dc=example,dc=com");
  String searchFilter = "(uid={user})";
  Optional<String> groupBase = Optional.empty();
  Duration timeout = Duration.ofSeconds(20);
  Duration keepAccepted = Duration.ZERO;
  Duration keepRejected = Duration.ZERO;
  int concurrency = 4;
  int waiting = 100;

  Settings(Path authority, String... servers) {
    this.servers = List.of(servers);
    this.caFile = Optional.ofNullable(authority);
  }

  LdapSettings made() {
    return new LdapSettings(
        servers,
        startTls,
        caFile,
        userDn,
        bindDn,
        bindDn.map(dn -> new Secret(bindPassword)),
        searchBase,
        searchFilter,
        "memberOf",
        groupBase,
        "(member={dn})",
        "cn",
        timeout,
        keepAccepted,
        keepRejected,
        concurrency,
        waiting,
        false);
  }
}
