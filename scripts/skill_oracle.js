#!/usr/bin/env node
// Who is taken for Amazon: earwitness against the vendor's own library for Node.js, on the same requests and certificates.
//
//   node scripts/skill_oracle.js CASES FOLDER
//
// CASES is what the example skill_cases writes; in FOLDER, npm has installed ask-sdk-express-adapter. Nothing is fetched: the certificates of
// each case are handed to the library in the place of a download, the test's own root in the place of the machine's, and the time is that of
// the case. Where the two are to decide differently, the case says why.
'use strict';

const fs = require('fs');
const path = require('path');
const Module = require('module');
const { EventEmitter } = require('events');

const [casesFile, folder] = process.argv.slice(2);
const { root, cases } = JSON.parse(fs.readFileSync(casesFile, 'utf8'));

process.env.TZ = 'UTC';
// Before the library is loaded, which asks for all three when it verifies.
let now = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
    constructor(...args) {
        if (args.length === 0) super(now);
        else super(...args);
    }
    static now() {
        return now;
    }
};
let chain = '';
let fetched = 0;
require('https').get = (url, callback) => {
    fetched += 1;
    const response = Object.assign(new EventEmitter(), { statusCode: 200, setEncoding() {} });
    setImmediate(() => {
        callback(response);
        response.emit('data', chain);
        response.emit('end');
    });
    return Object.assign(new EventEmitter(), { end() {} });
};
const load = Module._load;
Module._load = (name, ...rest) => (name === 'tls' ? { rootCertificates: [root] } : load(name, ...rest));

const { SkillRequestSignatureVerifier, TimestampVerifier } = Module.createRequire(path.resolve(folder, 'x.js'))('ask-sdk-express-adapter');

async function taken(it) {
    now = it.now * 1000;
    chain = it.chain;
    try {
        // A new one each time: it keeps certificates by their URL, and never looks at them again.
        await new SkillRequestSignatureVerifier().verify(it.body, it.headers);
        await new TimestampVerifier().verify(it.body);
        return true;
    } catch {
        return false;
    }
}

async function main() {
    const wrong = [];
    let differ = 0;
    for (const it of cases) {
        const theirs = await taken(it);
        if (it.taken !== it.expected) wrong.push(`${it.name}: earwitness ${it.taken ? 'takes' : 'refuses'} it`);
        if ((theirs !== it.taken) !== (it.differs !== null)) {
            wrong.push(`${it.name}: earwitness ${it.taken ? 'takes' : 'refuses'} it, the library ${theirs ? 'takes' : 'refuses'} it`);
        }
        differ += theirs !== it.taken ? 1 : 0;
    }
    console.log(`${cases.length} requests, ${fetched} with certificates that were read: the library decides ${differ} otherwise, each as it is written down`);
    for (const it of wrong) console.log(`  ${it}`);
    process.exitCode = wrong.length > 0 || fetched === 0 ? 1 : 0;
}

main();
