package dev.heimdall.cdk.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
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
        .isEqualTo("Is: !If\n- Mounts\n- !Ref Mount\n- !Ref AWS::NoValue\n");
  }

  /** YAML takes one tag for a value. */
  @Test
  void whatIsMadeOfAnothersResultKeepsItsLongForm() throws Exception {
    assertThat(written("{'Is': {'Fn::Base64': {'Fn::Select': [0, {'Ref': 'All'}]}}}"))
        .isEqualTo("Is:\n  Fn::Base64: !Select\n  - 0\n  - !Ref All\n");
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
  }
}
