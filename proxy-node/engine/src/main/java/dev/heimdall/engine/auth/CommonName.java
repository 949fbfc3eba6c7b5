package dev.heimdall.engine.auth;

import java.security.cert.X509Certificate;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** The name that a certificate is made out to. */
final class CommonName {

  private CommonName() {}

  /**
   * Null when the subject has none, more than one, or one that is no text: guessing is not
   * permitted.
   */
  static String of(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    String found = null;
    try {
      for (Rdn part : new LdapName(subject).getRdns()) {
        Attribute names = part.toAttributes().get("CN");
        if (names == null) {
          continue;
        }
        if (found != null || names.size() != 1 || !(names.get() instanceof String)) {
          return null;
        }
        found = (String) names.get();
      }
    } catch (NamingException e) {
      return null;
    }
    return found == null || found.isEmpty() || found.indexOf('\0') >= 0 ? null : found;
  }
}
