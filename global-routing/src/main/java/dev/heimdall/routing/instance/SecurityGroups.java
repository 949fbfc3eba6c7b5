package dev.heimdall.routing.instance;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.call.XmlPart;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what security groups let in. */
public final class SecurityGroups {
  /** Action that must be allowed for this. */
  public static final String ACTION = "ec2:DescribeSecurityGroups";

  private static final String VERSION = "2016-11-15";
  private static final int LAST_PORT = 65535;
  private static final List<String> SOURCES =
      List.of("cidrIp", "cidrIpv6", "prefixListId", "groupId");

  private SecurityGroups() {}

  /** Query for security groups; for some of all groups where none is named. */
  public static AwsQuestion question(Collection<String> groups) {
    Map<String, String> parameters = new TreeMap<>();
    int number = 0;
    for (String group : groups) {
      parameters.put("GroupId." + ++number, group);
    }
    if (groups.isEmpty()) {
      parameters.put("MaxResults", "5");
    }
    return AwsQuestion.form(AwsService.EC2, VERSION, ACTION, parameters);
  }

  /** The rules of all these groups for TCP connections that come in; waits for the network. */
  public static List<PortRule> rules(SignedCalls calls, Collection<String> groups)
      throws AwsCallException {
    AwsQuestion question = question(groups);
    return read(XmlPart.of(question, calls.ask(question)));
  }

  private static List<PortRule> read(XmlPart answer) {
    List<PortRule> rules = new ArrayList<>();
    for (XmlPart group : answer.items("securityGroupInfo")) {
      for (XmlPart permission : group.items("ipPermissions")) {
        // AWS writes -1 where a rule is for every protocol, which then has no ports.
        String protocol = permission.text("ipProtocol");
        if (List.of("tcp", "6", "-1").contains(protocol)) {
          rules.add(
              new PortRule(
                  number(permission.text("fromPort"), 0),
                  number(permission.text("toPort"), LAST_PORT),
                  sources(permission)));
        }
      }
    }
    return rules;
  }

  private static List<String> sources(XmlPart permission) {
    List<String> sources = new ArrayList<>();
    for (String list : List.of("ipRanges", "ipv6Ranges", "prefixListIds", "groups")) {
      for (XmlPart source : permission.items(list)) {
        SOURCES.stream().map(source::text).filter(text -> !text.isEmpty()).forEach(sources::add);
      }
    }
    return sources;
  }

  private static int number(String text, int otherwise) {
    return text.isEmpty() || text.equals("-1") ? otherwise : Integer.parseInt(text);
  }
}
