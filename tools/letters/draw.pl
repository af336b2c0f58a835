#!/usr/bin/perl
# SPDX-License-Identifier: AGPL-3.0-or-later
# usage: draw.pl RUNS.tsv OUT.pdf   (PDF::API2; runs as in draw.py)
use strict;
use warnings;
use PDF::API2;

my ($input, $output) = @ARGV;
my %face = ('' => 'Regular', b => 'Bold', i => 'Italic', bi => 'BoldItalic');
my $pdf = PDF::API2->new();
my (%fonts, @pages, @texts);
open my $in, '<:encoding(UTF-8)', $input or die;
while (<$in>) {
	chomp;
	my ($page, $x, $y, $size, $style, $text) = split /\t/;
	while (@pages <= $page) {
		push @pages, $pdf->page();
		$pages[-1]->mediabox(595.28, 841.89);
		push @texts, $pages[-1]->text();
	}
	$fonts{$style} //= $pdf->ttfont("/usr/share/fonts/truetype/croscore/Tinos-$face{$style}.ttf");
	$texts[$page]->font($fonts{$style}, $size);
	$texts[$page]->translate($x * 72 / 25.4, 841.89 - $y * 72 / 25.4);
	$texts[$page]->text($text);
}
$pdf->saveas($output);
