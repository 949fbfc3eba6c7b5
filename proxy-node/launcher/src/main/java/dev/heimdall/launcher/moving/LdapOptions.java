package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.LdapSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory as {@code auth_ldap_options} and the lines of {@code pg_hba.conf} name it
 * (PostgreSQL's documentation, section 20.10), as {@code ldap} of node.json.
 */
final class LdapOptions {
  private static final Pattern OPTION =
      Pattern.compile("\"?(\\w+)=(?:\"([^\"]*)\"|([^\\s\"]*))\"?");
  private static final Pattern URL =
      Pattern.compile("(ldaps?)://([^/?]+)(?:/([^?]*))?(?:\\?([^?]*))?(?:\\?([^?]*))?(?:\\?(.*))?");
  private static final String USERNAME = "$username";

  /** The scope of searches; that of a URL is "base" where it names none. */
  private static final String SUBTREE = "sub";

  private final Map<String, String> options = new LinkedHashMap<>();

  private LdapOptions() {}

  /** Reads options with blanks between, each as {@code name=value} with or without quotes. */
  static LdapOptions read(String text) {
    LdapOptions read = new LdapOptions();
    Matcher option = OPTION.matcher(text);
    while (option.find()) {
      read.options.put(
          option.group(1), option.group(2) == null ? option.group(3) : option.group(2));
    }
    Matcher url = URL.matcher(read.options.getOrDefault("ldapurl", ""));
    if (url.matches()) {
      List<String> names =
          List.of(
              "ldapscheme",
              "ldapserver",
              "ldapbasedn",
              "ldapsearchattribute",
              "scope",
              "ldapsearchfilter");
      for (int i = 0; i < names.size(); i++) {
        String part = url.group(i + 1);
        if (part != null && !part.isEmpty()) {
          read.options.put(names.get(i), part);
        }
      }
    }
    return read;
  }

  private Optional<String> said(String name) {
    return Optional.ofNullable(options.get(name)).filter(value -> !value.isEmpty());
  }

  /** Reason that it cannot be written; empty if it can. */
  Optional<String> problem() {
    if (said("ldapserver").isEmpty()) {
      return Optional.of("it names no server");
    }
    boolean binds = said("ldapprefix").isPresent() || said("ldapsuffix").isPresent();
    if (!binds && said("ldapbasedn").isEmpty()) {
      return Optional.of("it names neither a base nor a prefix or suffix");
    }
    String scope = said("scope").orElse(said("ldapurl").isPresent() ? "base" : SUBTREE);
    if (!binds && !scope.equalsIgnoreCase(SUBTREE)) {
      return Optional.of(
          "its scope is " + scope + ": a node also searches below (" + SUBTREE + ")");
    }
    return binds && !ownName().contains("=")
        ? Optional.of("names of users such as " + ownName() + " need \"searchBase\" as well")
        : Optional.empty();
  }

  private String ownName() {
    return said("ldapprefix").orElse("") + LdapSettings.USER + said("ldapsuffix").orElse("");
  }

  /** True if passwords go to the directory as they are. */
  boolean inClearText() {
    return !said("ldapscheme").orElse("ldap").equals("ldaps")
        && !said("ldaptls").orElse("0").equals("1");
  }

  /**
   * Writes it, {@link #problem} given none.
   *
   * @param ldap of node.json
   */
  void into(ObjectNode ldap) {
    String scheme = said("ldapscheme").orElse("ldap");
    List<String> servers = new ArrayList<>();
    for (String host : options.get("ldapserver").split("\\s+")) {
      boolean port = host.matches(".*:\\d+");
      servers.add(
          scheme
              + "://"
              + host
              + (port ? "" : said("ldapport").map(number -> ":" + number).orElse("")));
    }
    servers.forEach(ldap.putArray("servers")::add);
    if (inClearText()) {
      ldap.put("startTls", false);
    }
    if (said("ldapprefix").isPresent() || said("ldapsuffix").isPresent()) {
      ldap.put("userDn", ownName());
      return;
    }
    if (said("ldapbinddn").isPresent() && said("ldapbindpasswd").isPresent()) {
      ldap.put("bindDn", options.get("ldapbinddn"));
      ldap.put("bindPassword", options.get("ldapbindpasswd"));
    }
    ldap.put("searchBase", options.get("ldapbasedn"));
    String attribute = said("ldapsearchattribute").orElse("uid");
    ldap.put(
        "searchFilter",
        said("ldapsearchfilter")
            .map(filter -> filter.replace(USERNAME, LdapSettings.USER))
            .map(filter -> filter.startsWith("(") ? filter : "(" + filter + ")")
            .orElse("(" + attribute + "=" + LdapSettings.USER + ")"));
  }
}
