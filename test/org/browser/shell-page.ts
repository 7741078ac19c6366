import { type SessionModel } from './pages/page-model.ts';

/** The one document of the app: styles, who is signed in, and the script that draws everything else. */
export function shellPage(session: SessionModel, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${session.app} | Local Org</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/styles/salesforce-lightning-design-system.min.css">
<link rel="stylesheet" href="/_ui/shell.css">
<script type="application/json" id="session">${embeddable(session)}</script>
</head>
<body class="slds-scope">
<script src="${script}"></script>
</body>
</html>
`;
}

/** JSON that cannot end the script element it stands in. */
function embeddable(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}
