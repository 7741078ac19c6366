import { type TableRules, field, fill } from './environment.ts';
import { writeRefused } from './refusals.ts';

/** Released products: created only through the creation entity, which also makes the shared product. */
export const productRules: TableRules = {
  complete({ environment, set, values }) {
    if (set.name !== 'ReleasedProductCreationsV2') {
      throw writeRefused(set.aot, 'Released products are created through ReleasedProductCreationsV2');
    }
    const number = values['ProductNumber'] ?? field(values, 'ItemNumber');
    fill(values, {
      ProductNumber: number,
      ItemNumber: number,
      SalesUnitSymbol: 'ea',
      InventoryUnitSymbol: 'ea',
      SalesPriceQuantity: '1',
    });
    if (number === '' || environment.state.get('ProductsV2', number) !== undefined) return;
    environment.state.insert('ProductsV2', {
      ProductNumber: number,
      ProductName: values['ProductName'] ?? number,
      ProductDescription: field(values, 'ProductDescription'),
      ProductType: values['ProductType'] ?? 'Item',
    });
  },
};
