package dev.heimdall.directory;

import com.unboundid.ldap.sdk.SearchResultEntry;
import dev.heimdall.model.LdapSettings;
import java.util.List;

/**
 * Attribute that a user's entry must have, to the letter, to match the given name.
 *
 * @param attribute in lower case
 * @param template its value, with {@code {user}} in place of the name
 */
record Naming(String attribute, String template) {
  boolean isOf(SearchResultEntry entry, String user) {
    String[] values = entry.getAttributeValues(attribute);
    return values != null && List.of(values).contains(template.replace(LdapSettings.USER, user));
  }
}
