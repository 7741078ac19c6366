import { expect, test } from '@jest/globals';
import { createSnippets } from '../apex-snippet.ts';

const run = createSnippets();

test('a controller works on the record of its page and says what is wrong there', () =>
  expect(
    run(`
      Test.setCurrentPage(new PageReference('/apex/edit?mode=new'));
      System.debug(ApexPages.currentPage().getParameters().get('mode'));
      ApexPages.StandardController controller = new ApexPages.StandardController(new Account(Name = 'Page'));
      System.debug(controller.getRecord().get('Name'));
      System.debug(controller.save().getUrl().startsWith('/001') + ' ' + (controller.getId() != null));
      System.debug(ApexPages.hasMessages());
      ApexPages.addMessage(new ApexPages.Message(ApexPages.Severity.WARNING, 'careful'));
      ApexPages.addMessages(new IllegalArgumentException('wrong'));
      System.debug(ApexPages.hasMessages(ApexPages.Severity.ERROR) + ' ' + ApexPages.hasMessages(ApexPages.Severity.FATAL));
      System.debug(ApexPages.getMessages()[1].getSummary());
    `),
  ).toEqual(['new', 'Page', 'true true', 'false', 'true false', 'wrong']));

test('a set controller shows its records page by page', () =>
  expect(
    run(`
      List<Account> all = new List<Account>();
      for (Integer i = 0; i < 5; i++) all.add(new Account(Name = 'A' + i));
      ApexPages.StandardSetController pages = new ApexPages.StandardSetController(all);
      pages.setPageSize(2);
      pages.next(); pages.next(); pages.next();
      System.debug(pages.getPageNumber() + ' ' + pages.getHasNext() + ' ' + pages.getRecords().size());
      pages.first();
      System.debug(pages.getHasPrevious() + ' ' + pages.getResultSize() + ' ' + pages.getRecords()[1].get('Name'));
    `),
  ).toEqual(['3 false 1', 'false 5 A1']));

test('an option keeps what it is told', () =>
  expect(
    run(`SelectOption o = new SelectOption('v', 'Label'); o.setDisabled(true);
      System.debug(o.getValue() + o.getLabel() + o.getDisabled());`),
  ).toEqual(['vLabeltrue']));
