import { describe, expect, it } from 'vitest';
import { cyclicIdsOf, dependencyGraphOf } from './dependency-graph.ts';

const ref = (id: string): { readonly Ref: string } => ({ Ref: id });

describe('the graph of a template', () => {
  it.each([
    ['Ref', { Properties: { Role: ref('B') } }],
    ['Fn::GetAtt as a list', { Properties: { Role: { 'Fn::GetAtt': ['B', 'Arn'] } } }],
    ['Fn::GetAtt as a text', { Properties: { Role: { 'Fn::GetAtt': 'B.Arn' } } }],
    ['Fn::Sub', { Properties: { Role: { 'Fn::Sub': 'arn:${AWS::Region}:${B}' } } }],
    ['Fn::Sub of an attribute', { Properties: { Role: { 'Fn::Sub': ['${B.Arn}:${Name}', { Name: 'x' }] } } }],
    ['a variable of Fn::Sub', { Properties: { Role: { 'Fn::Sub': ['${Name}', { Name: ref('B') }] } } }],
    ['an expression in another', { Properties: { Role: { 'Fn::Join': [':', ['a', ref('B')]] } } }],
    ['DependsOn', { DependsOn: 'B' }],
    ['DependsOn of several', { DependsOn: ['B'] }],
    ['UpdatePolicy', { UpdatePolicy: { CodeDeployLambdaAliasUpdate: { ApplicationName: ref('B') } } }],
    ['CreationPolicy', { CreationPolicy: { ResourceSignal: { Count: ref('B') } } }],
  ])('has an edge for %s', (_kind, resource) => {
    const graph = dependencyGraphOf({ Resources: { A: resource, B: {} } });

    expect([...(graph.get('A') ?? [])]).toEqual(['B']);
  });

  it.each([
    ['a parameter', { Properties: { Name: ref('AWS::Region') } }],
    ['Metadata', { Metadata: { asset: ref('B') } }],
    ['a literal in Fn::Sub', { Properties: { Name: { 'Fn::Sub': '${!B}' } } }],
    ['a variable that hides a resource', { Properties: { Name: { 'Fn::Sub': ['${B}', { B: 'x' }] } } }],
  ])('has no edge for %s', (_kind, resource) => {
    expect(dependencyGraphOf({ Resources: { A: resource, B: {} } }).get('A')).toEqual(new Set());
  });

  it('names only the resources of a cycle through UpdatePolicy', () => {
    const Resources = {
      Before: {},
      Role: { Properties: { Resource: ref('Alias'), Name: ref('Before') } },
      Group: { Properties: { ServiceRole: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
      Alias: { UpdatePolicy: { CodeDeployLambdaAliasUpdate: { DeploymentGroupName: ref('Group') } } },
      After: { DependsOn: ['Alias'] },
    };

    expect(cyclicIdsOf({ Resources })).toEqual(['Alias', 'Group', 'Role']);
  });

  it('names a self-referencing resource', () => {
    expect(cyclicIdsOf({ Resources: { Table: { Properties: { Policy: ref('Table') } } } })).toEqual([
      'Table',
    ]);
  });
});
