// How many credentials of one course each @digitalbazaar/vc verifies in a second of one core, under
// eddsa-rdfc-2022. Prints the figure. Usage: node verify.mjs [SECONDS]
import * as contexts from '@digitalbazaar/credentials-context';
import * as keys from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const seconds = Number(process.argv[2] ?? 5);
const controller = 'https://college.example/issuer';
const key = await keys.generate({controller, id: `${controller}#key`});
const course = 'https://college.example/terms#';
const documents = new Map([
  ...contexts.contexts,
  [controller, {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: controller,
    assertionMethod: [await key.export({publicKey: true, includeContext: false})],
  }],
  [key.id, await key.export({publicKey: true, includeContext: true})],
]);

async function documentLoader(url) {
  if(!documents.has(url)) {
    throw new Error(`not at hand: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: documents.get(url)};
}

const suite = () => new DataIntegrityProof({signer: key.signer(), cryptosuite});
const credential = await vc.issue({
  credential: {
    '@context': ['https://www.w3.org/ns/credentials/v2', {
      code: `${course}code`, title: `${course}title`, credits: `${course}credits`,
      year: `${course}year`, term: `${course}term`, grade: `${course}grade`,
    }],
    type: ['VerifiableCredential'],
    issuer: controller,
    validFrom: '2025-07-01T00:00:00Z',
    credentialSubject: {
      id: 'urn:uuid:6f1a2c9e-5a0e-4a57-9c1e-0d8b7a3c1f11',
      code: 'TC0101', title: '陶瓷工艺与材料基础', credits: '3.0', year: '2024-2025', term: '2',
      grade: '87',
    },
  },
  suite: suite(), documentLoader,
});

async function verify() {
  const answer = await vc.verifyCredential({
    credential, suite: new DataIntegrityProof({cryptosuite}), documentLoader,
  });
  if(!answer.verified) {
    throw answer.error;
  }
}

await verify();
const begin = process.cpuUsage();
const worked = () => {
  const {user, system} = process.cpuUsage(begin);
  return (user + system) / 1e6;
};
let count = 0;
while(worked() < seconds) {
  await verify();
  count++;
}
console.log((count / worked()).toFixed(2));
