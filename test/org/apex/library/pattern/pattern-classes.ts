import { types } from '../../types.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { ApexPattern } from './java-pattern.ts';
import { ApexMatcher } from './matcher.ts';

export const patternClass = platformClass('Pattern', {
  statics: {
    'Pattern compile(String)': strictStatic((text: string) => ApexPattern.compile(text)),
    'Boolean matches(String, String)': strictStatic((pattern: string, text: string) =>
      new ApexMatcher(ApexPattern.compile(pattern), text).matches(),
    ),
    'String quote(String)': strictStatic((text: string) => `\\Q${text.replaceAll('\\E', '\\E\\\\E\\Q')}\\E`),
  },
  methods: strictMethods({
    'Matcher matcher(String)': (self: ApexPattern, text: string) => new ApexMatcher(self, text),
    'String pattern()': (self: ApexPattern) => self.text,
    'List<String> split(String)': (self: ApexPattern, text: string) => new ApexList(types.String, self.split(text, 0)),
    'List<String> split(String, Integer)': (self: ApexPattern, text: string, limit: number) =>
      new ApexList(types.String, self.split(text, limit)),
  }),
});

export const matcherClass = platformClass('Matcher', {
  statics: {
    'String quoteReplacement(String)': strictStatic((text: string) => text.replace(/[\\$]/g, '\\$&')),
  },
  methods: strictMethods({
    'Boolean matches()': (self: ApexMatcher) => self.matches(),
    'Boolean find()': (self: ApexMatcher) => self.find(),
    'Boolean find(Integer)': (self: ApexMatcher, start: number) => self.findFrom(start),
    'Boolean lookingAt()': (self: ApexMatcher) => self.lookingAt(),
    'Boolean hitEnd()': (self: ApexMatcher) => self.hitEnd,
    'String group()': (self: ApexMatcher) => self.group(0),
    'String group(Integer)': (self: ApexMatcher, index: number) => self.group(index),
    'Integer groupCount()': (self: ApexMatcher) => self.pattern.groupCount,
    'Integer start()': (self: ApexMatcher) => self.start(0),
    'Integer start(Integer)': (self: ApexMatcher, index: number) => self.start(index),
    'Integer end()': (self: ApexMatcher) => self.end(0),
    'Integer end(Integer)': (self: ApexMatcher, index: number) => self.end(index),
    'Pattern pattern()': (self: ApexMatcher) => self.pattern,
    'Matcher usePattern(Pattern)': (self: ApexMatcher, pattern: ApexPattern) => self.usePattern(pattern),
    'Matcher region(Integer, Integer)': (self: ApexMatcher, start: number, end: number) => self.region(start, end),
    'Integer regionStart()': (self: ApexMatcher) => self.regionStart,
    'Integer regionEnd()': (self: ApexMatcher) => self.regionEnd,
    'Matcher reset()': (self: ApexMatcher) => self.reset(self.text),
    'Matcher reset(String)': (self: ApexMatcher, text: string) => self.reset(text),
    'String replaceAll(String)': (self: ApexMatcher, replacement: string) =>
      self.pattern.replaceAll(self.reset(self.text).text, replacement),
    'String replaceFirst(String)': (self: ApexMatcher, replacement: string) =>
      self.pattern.replaceFirst(self.reset(self.text).text, replacement),
  }),
});
