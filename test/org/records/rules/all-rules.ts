import { type ObjectRule } from '../pending-row.ts';
import { taskRule } from './activities.ts';
import { contentVersionRule } from './content.ts';
import { caseRule } from './cases.ts';
import { nameRules } from './names.ts';
import { opportunityRule } from './opportunities.ts';
import { opportunityLineItemRule } from './opportunity-line-items.ts';
import { orderItemRule, orderRule } from './orders.ts';
import { pricebookEntryRule } from './price-books.ts';
import { quoteLineItemRule, quoteRule } from './quotes.ts';

/** Everything the org does by itself with standard objects. */
export const STANDARD_RULES: readonly ObjectRule[] = [
  ...nameRules,
  opportunityRule,
  opportunityLineItemRule,
  orderRule,
  orderItemRule,
  pricebookEntryRule,
  quoteRule,
  quoteLineItemRule,
  caseRule,
  contentVersionRule,
  taskRule,
];
