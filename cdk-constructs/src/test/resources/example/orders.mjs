import { App, CfnOutput, CfnStack, Fn, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AuroraPostgresEngineVersion, ClusterInstance, DatabaseCluster, DatabaseClusterEngine } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';

const app = new App();
const stack = new Stack(app, 'orders');
const vpc = new Vpc(stack, 'Network', { maxAzs: 2 });
const database = new DatabaseCluster(stack, 'Database', {
  engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_16_6 }),
  writer: ClusterInstance.serverlessV2('Writer'),
  vpc,
});
const encryptionKey = new Key(stack, 'Key');
const documents = new Bucket(stack, 'Documents', { encryptionKey, versioned: true });
const release = new Asset(stack, 'Release', { path: 'heimdall/cdk-app/target/heimdall-release.tar.gz' });
const ofRole = new Asset(stack, 'NodeRoleTemplate', { path: 'heimdall/templates/heimdall-node-role.yaml' });
const ofFleet = new Asset(stack, 'FleetTemplate', { path: 'heimdall/templates/heimdall-fleet.yaml' });
const places = {
  ReleaseBucket: release.s3BucketName,
  ReleaseKey: release.s3ObjectKey,
  ConfigurationBucket: documents.bucketName,
};
const role = new CfnStack(stack, 'NodeRole', {
  templateUrl: ofRole.httpUrl,
  parameters: {
    ...places,
    FleetStack: `${stack.stackName}-Fleet`,
    ConfigurationKey: encryptionKey.keyArn,
    CredentialSecrets: database.secret?.secretName ?? 'rds!*',
  },
});
const fleet = new CfnStack(stack, 'Fleet', {
  templateUrl: ofFleet.httpUrl,
  parameters: {
    ...places,
    NodeProfile: role.getAtt('Outputs.NodeProfile').toString(),
    Vpc: vpc.vpcId,
    Zones: '2',
    Subnets: Fn.join(',', vpc.privateSubnets.map((subnet) => subnet.subnetId)),
    Ports: '1',
    Port1: '5432',
    ClientNetwork1: vpc.vpcCidrBlock,
    ReleaseName: release.assetHash.slice(0, 12),
  },
});
const nodes = fleet.getAtt('Outputs.NodeSecurityGroup').toString();
database.connections.allowDefaultPortFrom(SecurityGroup.fromSecurityGroupId(stack, 'Nodes', nodes));
new CfnOutput(stack, 'Address', { value: fleet.getAtt('Outputs.Address').toString() });
app.synth();
