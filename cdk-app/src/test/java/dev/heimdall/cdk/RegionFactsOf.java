package dev.heimdall.cdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What the instances of a synthesised stack write into their file of facts. */
final class RegionFactsOf {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEGIN = "facts='";

  private RegionFactsOf() {}

  /**
   * The same for each group of instances of a part such as {@code Fleet}.
   *
   * @return with {@code made} in place of what CloudFormation fills in
   */
  static JsonNode of(Assembly assembly, String stack, String part) throws JsonProcessingException {
    String region = stack.replaceFirst(".*?(?=[a-z]{2}-[a-z]+-[0-9]$)", "");
    List<String> lines =
        assembly.resources(stack, part, "AWS::EC2::LaunchTemplate").values().stream()
            .map(
                template ->
                    line(
                        template.at(
                            "/Properties/LaunchTemplateData/UserData/Fn::Base64/Fn::Join/1/0/Fn::Sub"),
                        region))
            .distinct()
            .toList();
    if (lines.size() != 1) {
      throw new AssertionError(stack + ": " + lines);
    }
    return JSON.readTree(lines.get(0).substring(BEGIN.length(), lines.get(0).length() - 1));
  }

  private static String line(JsonNode sub, String region) {
    String line =
        sub.get(0).asText().lines().filter(one -> one.startsWith(BEGIN)).findFirst().orElseThrow();
    StringBuilder facts = new StringBuilder();
    sub.at("/1/Facts/Fn::Join/1")
        .forEach(part -> facts.append(part.isTextual() ? part.asText() : "made"));
    return line.replace("${Facts}", facts).replace("${Region}", region);
  }
}
