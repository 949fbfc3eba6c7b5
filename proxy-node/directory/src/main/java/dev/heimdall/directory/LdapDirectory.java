package dev.heimdall.directory;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import dev.heimdall.directory.DirectoryAnswer.Rejected;
import dev.heimdall.directory.DirectoryAnswer.Unavailable;
import dev.heimdall.model.LdapServer;
import dev.heimdall.model.LdapSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocketFactory;

/** The servers of a directory, of which one after the other is asked. Blocks; thread-safe. */
final class LdapDirectory {
  private static final long SHUNNED = TimeUnit.SECONDS.toNanos(30);

  private final LdapSettings settings;
  private final List<LdapServer> servers;
  private final Set<Naming> naming;
  private final SSLSocketFactory tls;
  private final DirectoryEvents events;
  private final LongSupplier clock;

  /** Time of the last failure of each server that has not answered since. */
  private final Map<LdapServer, Long> failed = new HashMap<>();

  /**
   * @throws IllegalArgumentException when a filter or name is none; the message names the setting
   * @throws IOException when {@code caFile} cannot be used; the message names it
   */
  LdapDirectory(LdapSettings settings, DirectoryEvents events, LongSupplier clock)
      throws IOException {
    this.settings = settings;
    this.events = events;
    this.clock = clock;
    this.servers = settings.servers().stream().map(LdapServer::parse).toList();
    this.naming = naming(settings);
    this.tls = DirectoryTls.sockets(settings.caFile());
  }

  private static Set<Naming> naming(LdapSettings settings) {
    try {
      Placeholders.filter(settings.groupFilter(), "user", "dc=example");
    } catch (LDAPException e) {
      throw new IllegalArgumentException("ldap.groupFilter: " + e.getMessage(), e);
    }
    isDn("searchBase", settings.searchBase().orElse(""));
    isDn("groupBase", settings.groupBase().orElse(""));
    isDn("bindDn", settings.bindDn().filter(Placeholders::isDn).orElse(""));
    Set<Naming> naming;
    try {
      naming = Placeholders.naming(settings.searchFilter());
    } catch (LDAPException e) {
      throw new IllegalArgumentException("ldap.searchFilter: " + e.getMessage(), e);
    }
    String own = settings.userDn().filter(Placeholders::isDn).orElse("");
    isDn("userDn", own);
    if (own.isEmpty() || settings.searchBase().isPresent()) {
      return some(naming, "searchFilter", settings.searchFilter(), "(uid={user})");
    }
    return some(namingIn(own), "userDn", own, "uid={user},ou=people,dc=example,dc=com");
  }

  /** Without any, an entry that the server takes for the same name would let another user in. */
  private static Set<Naming> some(Set<Naming> naming, String setting, String text, String example) {
    if (naming.isEmpty()) {
      throw new IllegalArgumentException(
          "ldap.%s: \"%s\" has no attribute that is equal to a value with {user}, as %s has"
              .formatted(setting, text, example));
    }
    return naming;
  }

  private static void isDn(String setting, String text) {
    try {
      new DN(text);
    } catch (LDAPException e) {
      throw new IllegalArgumentException("ldap." + setting + ": " + e.getMessage(), e);
    }
  }

  /** The parts of a user's own name that have the user's name in them. */
  private static Set<Naming> namingIn(String template) {
    Set<Naming> found = new HashSet<>();
    try {
      for (RDN part : new DN(template).getRDNs()) {
        String[] values = part.getAttributeValues();
        for (int i = 0; i < values.length; i++) {
          if (values[i].contains(LdapSettings.USER)) {
            found.add(new Naming(part.getAttributeNames()[i].toLowerCase(Locale.ROOT), values[i]));
          }
        }
      }
    } catch (LDAPException e) {
      throw new IllegalArgumentException("ldap.userDn: " + e.getMessage(), e);
    }
    return found;
  }

  DirectoryAnswer ask(String user, String password) {
    // A bind without a password succeeds anonymously, and servers may read no further than a NUL.
    if (user.isEmpty()
        || password.isEmpty()
        || user.indexOf('\0') >= 0
        || password.indexOf('\0') >= 0) {
      return new Rejected();
    }
    List<String> why = new ArrayList<>();
    for (LdapServer server : inOrder()) {
      try (Conversation conversation = new Conversation(settings, naming, server, tls)) {
        DirectoryAnswer answer = conversation.ask(user, password);
        answered(server);
        return answer;
      } catch (UnusableUser e) {
        answered(server);
        events.unusable(user, e.getMessage());
        return new Rejected();
      } catch (UnusableServer e) {
        why.add(server + " " + e.getMessage());
        failed(server, e.getMessage());
      }
    }
    return new Unavailable(String.join("; ", why));
  }

  private synchronized List<LdapServer> inOrder() {
    long now = clock.getAsLong();
    List<LdapServer> good = new ArrayList<>();
    List<LdapServer> shunned = new ArrayList<>();
    for (LdapServer server : servers) {
      Long since = failed.get(server);
      (since != null && now - since < SHUNNED ? shunned : good).add(server);
    }
    good.addAll(shunned);
    return good;
  }

  private void answered(LdapServer server) {
    boolean again;
    synchronized (this) {
      again = failed.remove(server) != null;
    }
    if (again) {
      events.available(server.toString());
    }
  }

  private void failed(LdapServer server, String why) {
    boolean first;
    synchronized (this) {
      first = failed.put(server, clock.getAsLong()) == null;
    }
    if (first) {
      events.unavailable(server.toString(), why);
    }
  }
}
