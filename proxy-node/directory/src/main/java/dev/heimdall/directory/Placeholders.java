package dev.heimdall.directory;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import dev.heimdall.model.LdapSettings;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters and names with a user's own in them, which can change nothing else of what they mean. */
final class Placeholders {
  private static final Pattern PLACE = Pattern.compile("\\{(user|dn)}");

  /** No attribute of an entry has this value. */
  private static final String MARK = "\u0001the user's name\u0001";

  private Placeholders() {}

  /**
   * A filter for this user, by RFC 4515.
   *
   * @param dn of the user's entry; unused where the template does not ask for it
   * @throws LDAPException when the template is no filter
   */
  static Filter filter(String template, String user, String dn) throws LDAPException {
    return Filter.create(
        fill(template, place -> Filter.encodeValue(place.equals("user") ? user : dn)));
  }

  /** The name that a user binds with: a distinguished name by RFC 4514, or whatever else it is. */
  static String bindName(String template, String user) {
    return fill(template, place -> isDn(template) ? inDn(user) : user);
  }

  /** True if such a name is a distinguished one. */
  static boolean isDn(String template) {
    return template.indexOf('=') >= 0;
  }

  /** Returns the comparisons of a filter with values that contain the user's name. */
  static Set<Naming> naming(String template) throws LDAPException {
    Set<Naming> found = new HashSet<>();
    collect(filter(template, MARK, ""), found);
    return found;
  }

  private static void collect(Filter filter, Set<Naming> found) {
    for (Filter part : filter.getComponents()) {
      collect(part, found);
    }
    boolean equality =
        filter.getFilterType() == Filter.FILTER_TYPE_EQUALITY
            && filter.getAssertionValue().contains(MARK);
    if (equality) {
      found.add(
          new Naming(
              filter.getAttributeName().toLowerCase(Locale.ROOT),
              filter.getAssertionValue().replace(MARK, LdapSettings.USER)));
    }
  }

  private static String inDn(String value) {
    String rdn = new RDN("cn", value).toString();
    return rdn.substring(rdn.indexOf('=') + 1);
  }

  private static String fill(String template, UnaryOperator<String> values) {
    return PLACE
        .matcher(template)
        .replaceAll(place -> Matcher.quoteReplacement(values.apply(place.group(1))));
  }
}
