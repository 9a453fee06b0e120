"""A valid text a language, and damages of it: what stands there, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """`damages`: (text as it is, text as damaged), each applied once and alone."""

    path: str
    text: str
    damages: tuple[tuple[str, str], ...]


SAMPLES: dict[str, Sample] = {
    "python": Sample(
        "a.py",
        '''\
import os
from pathlib import Path


def total(prices, rate):
    """The sum of the prices with tax."""
    items = []
    for price in prices:
        if price > 0:
            items.append(price)
        else:
            raise ValueError("negative price")
    return sum(items) * (1 + rate)


def main(path):
    with open(Path(path)) as file:
        prices = [float(line) for line in file if line.strip()]
    return total(prices, float(os.environ.get("RATE", "0.2")))
''',
        (
            ("if price > 0:", "if price > 0"),
            ("items.append(price)", "items.append(price"),
            ("float(line) for line in file if line.strip()]", "float(line) for line in file if line.strip()"),
            ("from pathlib", "form pathlib"),
            ('"negative price")', '"negative price)'),
            ("return sum(items)", "return sum(items))"),
        ),
    ),
    "javascript": Sample(
        "a.js",
        """\
const fs = require('fs');

function load(path) {
  if (!path) {
    return null;
  }
  const text = fs.readFileSync(path, 'utf8');
  return text.split('\\n').map((line) => parse(line));
}

function parse(line) {
  const [name, value] = line.split('=');
  return { name: name, value: value };
}
""",
        (
            ("parse(line));", "parse(line);"),
            ("{ name: name, value", "{ name: name value"),
            ("if (!path) {", "if (!path {"),
            ("'utf8')", "'utf8)"),
            ("function parse", "funtion parse"),
        ),
    ),
    "typescript": Sample(
        "a.ts",
        """\
interface Item {
  name: string;
  price: number;
}

export function total(items: Item[], rate: number): number {
  let sum = 0;
  for (const item of items) {
    sum += item.price;
  }
  return sum * (1 + rate);
}
""",
        (
            ("items: Item[],", "items: Item[,"),
            ("(1 + rate);", "(1 + rate;"),
            ("of items) {", "of items {"),
            ("rate: number)", "rate number)"),
        ),
    ),
    "go": Sample(
        "a.go",
        """\
package shop

import "fmt"

func Total(prices []float64, rate float64) (float64, error) {
	sum := 0.0
	for _, price := range prices {
		if price < 0 {
			return 0, fmt.Errorf("negative price: %v", price)
		}
		sum += price
	}
	sum = sum * (1 + rate)
	return sum, nil
}
""",
        (
            ("prices []float64", "prices [float64"),
            ("if price < 0 {", "if price < 0"),
            ("return sum, nil", "return sum nil"),
            ("func Total", "fnc Total"),
        ),
    ),
    "rust": Sample(
        "a.rs",
        """\
pub fn total(prices: &[f64], rate: f64) -> Option<f64> {
    let mut sum = 0.0;
    for price in prices {
        if *price < 0.0 {
            return None;
        }
        sum += price;
    }
    Some(sum * (1.0 + rate))
}
""",
        (
            ("&[f64], rate", "&[f64 rate"),
            ("let mut sum = 0.0;", "let mut sum = 0.0"),
            ("(1.0 + rate))", "(1.0 + rate)"),
            ("pub fn", "pub n"),
        ),
    ),
    "java": Sample(
        "A.java",
        """\
import java.util.List;

public class Shop {
    private final double rate;

    public Shop(double rate) {
        this.rate = rate;
    }

    public double total(List<Double> prices) {
        double sum = 0;
        for (double price : prices) {
            sum += price;
        }
        return sum * (1 + rate);
    }
}
""",
        (
            ("this.rate = rate;", "this.rate = rate"),
            ("(1 + rate);", "(1 + rate;"),
            (": prices) {", ": prices {"),
            ("            sum += price;\n        }\n", "            sum += price;\n"),
        ),
    ),
    "c": Sample(
        "a.c",
        """\
#include <stdio.h>

static double total(const double *prices, int count, double rate) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += prices[i];
    }
    return sum * (1 + rate);
}

int main(void) {
    double prices[] = {1, 2, 3};
    printf("%f\\n", total(prices, 3, 0.2));
    return 0;
}
""",
        (
            ("prices[i];", "prices[i;"),
            ("i < count; i++)", "i < count; i++"),
            ("{1, 2, 3};", "{1, 2, 3;"),
            ("return 0;", "return 0"),
        ),
    ),
    "cpp": Sample(
        "a.cpp",
        """\
#include <vector>

namespace shop {

double total(const std::vector<double>& prices, double rate) {
    double sum = 0;
    for (double price : prices) {
        sum += price;
    }
    return sum * (1 + rate);
}

}  // namespace shop
""",
        (("sum += price;", "sum += price"), ("(1 + rate);", "(1 + rate;"), (": prices) {", ": prices) ")),
    ),
    "ruby": Sample(
        "a.rb",
        """\
class Shop
  def initialize(rate)
    @rate = rate
  end

  def total(prices)
    sum = 0
    prices.each do |price|
      raise ArgumentError, "negative" if price < 0
      sum += price
    end
    sum * (1 + @rate)
  end
end
""",
        (
            ("(1 + @rate)", "(1 + @rate"),
            ("def total(prices)", "def total(prices"),
            ("      sum += price\n    end\n", "      sum += price\n"),
        ),
    ),
    "csharp": Sample(
        "A.cs",
        """\
using System.Collections.Generic;

public class Shop
{
    private readonly double rate;

    public double Total(List<double> prices)
    {
        double sum = 0;
        foreach (var price in prices)
        {
            sum += price;
        }
        return sum * (1 + rate);
    }
}
""",
        (
            ("(1 + rate);", "(1 + rate;"),
            ("sum += price;", "sum += price"),
            ("            sum += price;\n        }\n", "            sum += price;\n"),
        ),
    ),
    "php": Sample(
        "a.php",
        """\
<?php

function total(array $prices, float $rate): float
{
    $sum = 0.0;
    foreach ($prices as $price) {
        $sum += $price;
    }
    return $sum * (1 + $rate);
}
""",
        (("(1 + $rate);", "(1 + $rate;"), ("$sum = 0.0;", "$sum = 0.0"), ("as $price) {", "as $price {")),
    ),
    "kotlin": Sample(
        "a.kt",
        """\
class Shop(private val rate: Double) {
    fun total(prices: List<Double>): Double {
        var sum = 0.0
        for (price in prices) {
            require(price >= 0) { "negative" }
            sum += price
        }
        return sum * (1 + rate)
    }
}
""",
        (
            ("(1 + rate)", "(1 + rate"),
            ("in prices) {", "in prices {"),
            ("            sum += price\n        }\n", "            sum += price\n"),
        ),
    ),
    "swift": Sample(
        "a.swift",
        """\
struct Shop {
    let rate: Double

    func total(prices: [Double]) -> Double {
        var sum = 0.0
        for price in prices {
            sum += price
        }
        return sum * (1 + rate)
    }
}
""",
        (
            ("(1 + rate)", "(1 + rate"),
            ("prices: [Double])", "prices: [Double)"),
            ("            sum += price\n        }\n", "            sum += price\n"),
        ),
    ),
    "lua": Sample(
        "a.lua",
        """\
local function total(prices, rate)
  local sum = 0
  for _, price in ipairs(prices) do
    if price < 0 then
      error("negative")
    end
    sum = sum + price
  end
  return sum * (1 + rate)
end

return { total = total }
""",
        (
            ("(1 + rate)", "(1 + rate"),
            ("ipairs(prices) do", "ipairs(prices do"),
            ("if price < 0 then", "if price < 0"),
            ("return { total = total }", "return { total = total"),
        ),
    ),
    "bash": Sample(
        "a.sh",
        """\
#!/bin/bash
total() {
  local sum=0
  for price in "$@"; do
    if [ "$price" -lt 0 ]; then
      echo "negative" >&2
      return 1
    fi
    sum=$((sum + price))
  done
  echo "$sum"
}

total 1 2 3
""",
        (
            ("      return 1\n    fi\n", "      return 1\n"),
            ("$((sum + price))", "$((sum + price)"),
            ("    sum=$((sum + price))\n  done\n", "    sum=$((sum + price))\n"),
        ),
    ),
    "json": Sample(
        "a.json",
        """\
{
  "name": "shop",
  "rates": [0.1, 0.2],
  "on": {
    "sale": true,
    "count": 3
  }
}
""",
        (
            ("[0.1, 0.2]", "[0.1, 0.2"),
            ('"name": "shop",', '"name": "shop"'),
            ('"sale": true', '"sale" true'),
            ('"count": 3', '"count: 3'),
        ),
    ),
    "toml": Sample(
        "a.toml",
        """\
[project]
name = "shop"
rates = [0.1, 0.2]

[project.urls]
home = "https://shop.example"
""",
        (
            ('name = "shop"', 'name = "shop'),
            ("[0.1, 0.2]", "[0.1, 0.2"),
            ("[project]", "[project"),
            ('home = "https', 'home "https'),
        ),
    ),
    "yaml": Sample(
        "a.yaml",
        """\
name: shop
rates: [0.1, 0.2]
items:
  - name: pen
    price: 1
  - name: "ink"
    price: 2
""",
        (("[0.1, 0.2]", "[0.1, 0.2"), ('name: "ink"', 'name: "ink'), ("items:", "items")),
    ),
}
