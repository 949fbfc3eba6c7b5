package dev.heimdall.directory;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import dev.heimdall.directory.DirectoryAnswer.Accepted;
import dev.heimdall.directory.DirectoryAnswer.Rejected;
import dev.heimdall.model.LdapServer;
import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;

/** One log-in at one server, over a connection of its own. Blocks. */
final class Conversation implements AutoCloseable {
  /** Of what a server sends: entries of users with many groups are some hundred kilobytes. */
  private static final int LONGEST_MESSAGE = 4 << 20;

  private static final int MOST_GROUPS = 5_000;

  /** Of a bind as the user: the server has decided against it. */
  private static final Set<ResultCode> REJECTING =
      Set.of(
          ResultCode.INVALID_CREDENTIALS,
          ResultCode.NO_SUCH_OBJECT,
          ResultCode.INVALID_DN_SYNTAX,
          ResultCode.INAPPROPRIATE_AUTHENTICATION,
          ResultCode.CONSTRAINT_VIOLATION,
          ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
          ResultCode.UNWILLING_TO_PERFORM);

  private final LdapSettings settings;
  private final Set<Naming> naming;
  private final LDAPConnection connection;

  /**
   * @param naming of which an entry has to have one, with the user's name as it was given
   * @param tls for servers and for StartTLS
   */
  Conversation(LdapSettings settings, Set<Naming> naming, LdapServer server, SSLSocketFactory tls)
      throws UnusableServer {
    this.settings = settings;
    this.naming = naming;
    LDAPConnectionOptions options = options(settings);
    try {
      connection = server.tls() ? new LDAPConnection(tls, options) : new LDAPConnection(options);
      connection.connect(server.host(), server.port(), options.getConnectTimeoutMillis());
      if (!server.tls() && settings.startTls()) {
        startTls(tls);
      }
    } catch (LDAPException e) {
      throw unusable("cannot be connected to", e);
    }
  }

  private static LDAPConnectionOptions options(LdapSettings settings) {
    int millis = (int) settings.timeout().toMillis();
    LDAPConnectionOptions options = new LDAPConnectionOptions();
    options.setUseSynchronousMode(true);
    options.setConnectTimeoutMillis(millis);
    options.setResponseTimeoutMillis(millis);
    options.setMaxMessageSize(LONGEST_MESSAGE);
    options.setFollowReferrals(false);
    options.setBindWithDNRequiresPassword(true);
    return options;
  }

  private void startTls(SSLSocketFactory tls) throws LDAPException {
    ResultCode result = null;
    try {
      result =
          connection.processExtendedOperation(new StartTLSExtendedRequest(tls)).getResultCode();
    } finally {
      if (result != ResultCode.SUCCESS) {
        connection.close();
      }
    }
    if (result != ResultCode.SUCCESS) {
      throw new LDAPException(result, "it rejects StartTLS");
    }
  }

  /** Returns the server's judgement of both; neither is empty. */
  DirectoryAnswer ask(String user, String password) throws UnusableServer, UnusableUser {
    return settings.userDn().isPresent()
        ? bindThenRead(settings.userDn().get(), user, password)
        : searchThenBind(user, password);
  }

  private DirectoryAnswer bindThenRead(String template, String user, String password)
      throws UnusableServer, UnusableUser {
    String name = Placeholders.bindName(template, user);
    if (!binds(name, password)) {
      return new Rejected();
    }
    Optional<SearchResultEntry> entry =
        settings.searchBase().isPresent() ? found(user) : own(name, user);
    if (entry.isEmpty()) {
      throw new UnusableUser("it may not read its own entry, or the entry has another name");
    }
    return new Accepted(groups(entry.get(), user));
  }

  private DirectoryAnswer searchThenBind(String user, String password)
      throws UnusableServer, UnusableUser {
    bindToSearch();
    Optional<SearchResultEntry> entry = found(user);
    if (entry.isEmpty() || !binds(entry.get().getDN(), password)) {
      return new Rejected();
    }
    if (settings.groupBase().isPresent()) {
      bindToSearch();
    }
    return new Accepted(groups(entry.get(), user));
  }

  private void bindToSearch() throws UnusableServer {
    try {
      connection.bind(
          settings.bindDn().isEmpty()
              ? new SimpleBindRequest()
              : new SimpleBindRequest(
                  settings.bindDn().get(), settings.bindPassword().map(Secret::value).orElse("")));
    } catch (LDAPException e) {
      throw unusable("rejects \"bindDn\"", e);
    }
  }

  private boolean binds(String name, String password) throws UnusableServer {
    try {
      connection.bind(new SimpleBindRequest(name, password));
      return true;
    } catch (LDAPException e) {
      if (REJECTING.contains(e.getResultCode())) {
        return false;
      }
      throw unusable("has not decided", e);
    }
  }

  private Optional<SearchResultEntry> found(String user) throws UnusableServer, UnusableUser {
    try {
      SearchRequest request =
          new SearchRequest(
              settings.searchBase().orElseThrow(),
              SearchScope.SUB,
              Placeholders.filter(settings.searchFilter(), user, ""),
              wanted());
      request.setSizeLimit(2);
      List<SearchResultEntry> entries = connection.search(request).getSearchEntries();
      if (entries.size() > 1) {
        throw new UnusableUser("several entries match \"searchFilter\"");
      }
      return entries.stream().filter(entry -> isCalled(entry, user)).findFirst();
    } catch (LDAPSearchException e) {
      if (e.getResultCode() == ResultCode.SIZE_LIMIT_EXCEEDED) {
        throw new UnusableUser("several entries match \"searchFilter\"");
      }
      throw unusable("cannot search \"searchBase\"", e);
    } catch (LDAPException e) {
      throw unusable("cannot search \"searchBase\"", e);
    }
  }

  /** The entry of who has bound with this name, if it has exactly the user's. */
  private Optional<SearchResultEntry> own(String name, String user) throws UnusableServer {
    try {
      SearchRequest request =
          new SearchRequest(name, SearchScope.BASE, Filter.createPresenceFilter("objectClass"));
      request.setAttributes(wanted());
      return connection.search(request).getSearchEntries().stream()
          .filter(entry -> isCalled(entry, user))
          .findFirst();
    } catch (LDAPException e) {
      if (e.getResultCode() == ResultCode.NO_SUCH_OBJECT
          || e.getResultCode() == ResultCode.INSUFFICIENT_ACCESS_RIGHTS) {
        return Optional.empty();
      }
      throw unusable("cannot read the user's entry", e);
    }
  }

  private String[] wanted() {
    List<String> attributes = new ArrayList<>();
    naming.forEach(one -> attributes.add(one.attribute()));
    attributes.add(settings.groupAttribute());
    return attributes.toArray(String[]::new);
  }

  /**
   * Directories do not look at upper and lower case, nor at blanks; for rules, limits and pools
   * these are other users.
   */
  private boolean isCalled(SearchResultEntry entry, String user) {
    return naming.stream().anyMatch(one -> one.isOf(entry, user));
  }

  private List<String> groups(SearchResultEntry entry, String user) throws UnusableServer {
    List<String> groups = new ArrayList<>();
    if (settings.groupBase().isEmpty()) {
      String[] values = entry.getAttributeValues(settings.groupAttribute());
      for (String value : values == null ? new String[0] : values) {
        groups.add(shortName(value));
      }
      return groups;
    }
    try {
      SearchRequest request =
          new SearchRequest(
              settings.groupBase().get(),
              SearchScope.SUB,
              Placeholders.filter(settings.groupFilter(), user, entry.getDN()),
              settings.groupName());
      request.setSizeLimit(MOST_GROUPS);
      for (SearchResultEntry group : connection.search(request).getSearchEntries()) {
        String name = group.getAttributeValue(settings.groupName());
        if (name != null) {
          groups.add(name);
        }
      }
      return groups;
    } catch (LDAPException e) {
      throw unusable("cannot search \"groupBase\"", e);
    }
  }

  private static String shortName(String value) {
    if (!DN.isValidDN(value)) {
      return value;
    }
    try {
      RDN first = new DN(value).getRDN();
      return first == null ? value : first.getAttributeValues()[0];
    } catch (LDAPException e) {
      return value;
    }
  }

  private static UnusableServer unusable(String what, LDAPException e) {
    String code = e.getResultCode().getName().toLowerCase(Locale.ROOT);
    String said = e.getMessage() == null ? "" : ": " + e.getMessage();
    return new UnusableServer(what + " (" + code + said + ")", e);
  }

  @Override
  public void close() {
    connection.close();
  }
}
