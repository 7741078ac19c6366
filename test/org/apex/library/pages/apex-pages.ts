import { type ApexException } from '../../runtime/values/apex-exception.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { currentProgram } from '../../program.ts';
import { classOf } from '../../types.ts';
import { strictStatic } from '../arguments.ts';
import { DataObject } from '../data/data-class.ts';
import { platformClass, platformEnum, type PlatformDeclaration } from '../declare.ts';
import { pageState } from './page-state.ts';

const NAMESPACE = { namespace: 'ApexPages' } as const;
const MESSAGE = classOf('ApexPages.Message');

function message(severity: unknown, summary: unknown, detail: unknown): DataObject {
  return new DataObject('ApexPages.Message', [
    ['severity', severity],
    ['summary', summary],
    ['detail', detail],
  ]);
}

function addException(problem: ApexException): void {
  const error = currentProgram()
    .enumValues('ApexPages.Severity')
    .find(({ name }) => name === 'ERROR');
  pageState().messages.push(message(error ?? null, problem.shownMessage(), problem.shownMessage()));
}

function hasMessages(severity?: ApexEnumValue): boolean {
  const { messages } = pageState();
  return messages.some((each) => severity === undefined || each.get('severity') === severity);
}

/** `ApexPages.*`: the current page and its messages. */
export const apexPagesClasses: readonly PlatformDeclaration[] = [
  platformClass('ApexPages', {
    statics: {
      'PageReference currentPage()': () => pageState().page,
      'void addMessage(ApexPages.Message)': strictStatic((given: DataObject) => {
        pageState().messages.push(given);
      }),
      'void addMessages(Exception)': strictStatic(addException),
      'List<ApexPages.Message> getMessages()': () => new ApexList(MESSAGE, [...pageState().messages]),
      'Boolean hasMessages()': () => hasMessages(),
      'Boolean hasMessages(ApexPages.Severity)': strictStatic((severity: ApexEnumValue) => hasMessages(severity)),
    },
  }),
  platformEnum('Severity', ['CONFIRM', 'ERROR', 'FATAL', 'INFO', 'WARNING'], NAMESPACE),
  platformClass('Message', {
    ...NAMESPACE,
    constructors: {
      '(ApexPages.Severity, String)': (severity: unknown, summary: unknown) => message(severity, summary, summary),
      '(ApexPages.Severity, String, String)': message,
    },
    methods: {
      'ApexPages.Severity getSeverity()': (self: DataObject) => self.get('severity'),
      'String getSummary()': (self: DataObject) => self.get('summary'),
      'String getDetail()': (self: DataObject) => self.get('detail'),
      'String getComponentLabel()': () => null,
    },
  }),
];
