// Node's own type stripper: tests run exactly what the relay runs, and line numbers stay true.
const { stripTypeScriptTypes } = require('node:module');

module.exports = { process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }) };
