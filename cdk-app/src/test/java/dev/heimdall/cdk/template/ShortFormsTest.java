package dev.heimdall.cdk.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortFormsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String written(String json) throws Exception {
    return ShortForms.of(JSON.readTree(json.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'Ref': 'Vpc'}|!Ref Vpc",
        "{'Ref': 'AWS::Region'}|!Ref AWS::Region",
        "{'Fn::GetAtt': ['Servers', 'PrimaryEndPoint.Address']}|!GetAtt Servers.PrimaryEndPoint.Address",
        "{'Condition': 'Ports2'}|!Condition Ports2",
        "{'Fn::Sub': 'arn:${AWS::Partition}:s3:::a'}|!Sub ^arn:${AWS::Partition}:s3:::a^",
        "{'Fn::Sub': ['${A}:${B}!', {'A': {'Ref': 'Key'}, 'B': 'b'}]}|!Sub ^${Key}:b!^",
        "{'Fn::Sub': ['${A}', {'A': {'Ref': 'Key'}}]}|!Ref Key",
        "{'Fn::Sub': ['${A}', {'A': {'Fn::GetAtt': ['Queue', 'Arn']}}]}|!GetAtt Queue.Arn",
        "{'Fn::Join': ['', ['s3://', {'Ref': 'Bucket'}, '/', {'Fn::GetAtt': ['A', 'B']}]]}|!Sub ^s3://${Bucket}/${A.B}^",
        "'5432'|^5432^",
        "'no'|^no^",
        "5432|5432",
        "true|true",
      })
  void whatIsATextHasItsTagBeforeIt(String json, String yaml) throws Exception {
    assertThat(written("{'Is': " + json + "}")).isEqualTo("Is: " + yaml.replace('^', '"') + "\n");
  }

  @Test
  void aListHasItsTagBeforeIt() throws Exception {
    assertThat(written("{'Is': {'Fn::If': ['Mounts', {'Ref': 'Mount'}, {'Ref': 'AWS::NoValue'}]}}"))
        .isEqualTo("Is: !If [Mounts, !Ref Mount, !Ref AWS::NoValue]\n");
  }

  /** YAML takes one tag for a value. */
  @Test
  void whatIsMadeOfAnothersResultKeepsItsLongForm() throws Exception {
    assertThat(written("{'Is': {'Fn::Base64': {'Fn::Select': [0, {'Ref': 'All'}]}}}"))
        .isEqualTo("Is:\n  Fn::Base64: !Select [0, !Ref All]\n");
  }

  @Test
  void whatIsNoFunctionStaysAsItIs() throws Exception {
    assertThat(written("{'Condition': {'Bool': {'aws:SecureTransport': 'false'}}}"))
        .isEqualTo("Condition:\n  Bool:\n    aws:SecureTransport: \"false\"\n");
    // A comma is no nothing, and what a text has in braces already is not the template's.
    assertThat(written("{'Is': {'Fn::Join': [',', ['a', 'b']]}}"))
        .isEqualTo("Is: !Join\n- \",\"\n- - a\n  - b\n");
    assertThat(written("{'Is': {'Fn::Join': ['', ['${a}', {'Ref': 'B'}]]}}"))
        .isEqualTo("Is: !Join\n- \"\"\n- - \"${a}\"\n  - !Ref B\n");
    // Which no !Sub may have before it: "*" would be an alias of YAML.
    assertThat(written("{'Is': {'Fn::Sub': ['${A}', {'A': '*'}]}}")).isEqualTo("Is: '*'\n");
  }

  @Test
  void aShortListStandsInOneLine() throws Exception {
    assertThat(
            written(
                "{'Is': {'Fn::If': ['A', '', {'Fn::If': ['B', 'a, b', {'Fn::Sub': '${X}/y'}]}]}}"))
        .isEqualTo("Is: !If [A, \"\", !If [B, \"a, b\", !Sub \"${X}/y\"]]\n");
    assertThat(written("{'Is': [{'Of': [1, true, 'x']}, {'Of': ['no']}]}"))
        .isEqualTo("Is:\n- Of: [1, true, x]\n- Of: [\"no\"]\n");
  }

  @Test
  void aListOfWhatHasPartsAndALongOneStandInLines() throws Exception {
    assertThat(written("{'Is': ['a', {'b': 1}]}")).isEqualTo("Is:\n- a\n- b: 1\n");
    assertThat(written("{'Is': ['a', ['b', 'c']]}")).isEqualTo("Is:\n- a\n- - b\n  - c\n");
    String one = "x".repeat(100);
    assertThat(written("{'Is': ['" + one + "', 'z', 'and some more']}"))
        .isEqualTo("Is:\n- " + one + "\n- z\n- and some more\n");
  }

  @Test
  void aTextOfLinesIsLeftAsItIs() throws Exception {
    String lines = "choose:\\n- a\\n- b\\n";
    assertThat(written("{'Is': {'Of': '" + lines + "', 'So': ['a']}}"))
        .isEqualTo("Is:\n  Of: |\n    choose:\n    - a\n    - b\n  So: [a]\n");
  }

  /** What is joined reads as what was in lines, whatever signs are in it. */
  @Test
  void whatIsWrittenReadsAsWhatItWas() throws Exception {
    for (String sign :
        "-;- a;a: b;a:;#;a #b;[x;{y;q\"q;|;>;&a;*;!x;%;@; ;~;null;1;1.5;yes;a,b;?;? a;it's;A::B;\\"
            .split(";")) {
      ObjectNode one = JSON.createObjectNode();
      one.putArray("Is").add(sign).add("").add("z");
      assertThat((JsonNode) new YAMLMapper().readTree(ShortForms.of(one))).isEqualTo(one);
    }
  }
}
