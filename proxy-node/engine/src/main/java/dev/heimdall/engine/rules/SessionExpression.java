package dev.heimdall.engine.rules;

import com.google.re2j.Pattern;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.Specifier;
import dev.heimdall.model.Template;
import java.util.List;

/** One expression about the session. */
final class SessionExpression {
  private final int id;
  private final Specifier specifier;
  private final List<String> values;
  private final List<Pattern> patterns;
  private final List<Cidr> networks;

  SessionExpression(int id, RuleExpression expression, RulePatterns compiled) {
    this.id = id;
    this.specifier = expression.specifier();
    this.values = expression.values();
    boolean regexes =
        switch (specifier) {
          case USERS, LDAPGROUPS, CATALOG, APPNAME -> true;
          default -> false;
        };
    // An expression with a name in it is another one for each session.
    this.patterns =
        regexes
            ? values.stream()
                .map(regex -> Template.isTemplate(regex) ? null : compiled.of(regex))
                .toList()
            : List.of();
    this.networks =
        specifier == Specifier.IPS
            ? values.stream().map(Cidr::ofAddressOrNetwork).toList()
            : List.of();
  }

  int id() {
    return id;
  }

  boolean matches(SessionFacts facts) {
    return switch (specifier) {
      case USERS -> whole(facts.user(), facts);
      case LDAPGROUPS -> facts.ldapGroups().stream().anyMatch(group -> whole(group, facts));
      case CATALOG -> whole(facts.catalog(), facts);
      case CATALOGPREFIX ->
          values.stream()
              .map(prefix -> Template.replace(prefix, facts::builtIn).orElseThrow())
              .anyMatch(facts.catalog()::startsWith);
      case APPNAME -> whole(facts.applicationName(), facts);
      case PORTS -> values.contains(Integer.toString(facts.port()));
      default ->
          facts.address() != null
              && networks.stream().anyMatch(network -> network.contains(facts.address()));
    };
  }

  private boolean whole(String name, SessionFacts facts) {
    for (int i = 0; i < patterns.size(); i++) {
      Pattern pattern = patterns.get(i) == null ? filled(values.get(i), facts) : patterns.get(i);
      if (pattern.matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  private static Pattern filled(String regex, SessionFacts facts) {
    return Pattern.compile(
        Template.replace(regex, name -> Pattern.quote(facts.builtIn(name))).orElseThrow());
  }
}
